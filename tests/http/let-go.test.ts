import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { until } from '../support/processes.ts'
import { startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

it('a catalog that another has replaced is let go of, whatever was asked of it', async () => {
  const tree = makeTree({ 'a.txt': 'needle\n' })
  const server = await startServer(tree, { rescanMs: 50, index: true })
  const { corpus, index } = server
  const earlier: WeakRef<object>[] = []
  const search = async () => (await server.get('api/search?q=needle')).text()
  for (let i = 0; i < 4; i++) {
    await until(() => corpus.catalog!.complete)
    await search()
    // Kept: it comes with its name.
    expect((await server.get('api/search?q=needle')).headers.has('etag')).toBe(true)
    const { generation } = corpus.catalog!
    // The memory of its columns, which views of its files share.
    earlier.push(new WeakRef(corpus.catalog!.columns.paths.buffer))
    tree.write(`${i}.txt`, 'needle\n')
    await until(() => corpus.catalog!.generation !== generation)
    await until(() => index!.status.unindexed === i + 2)
  }
  await until(() => corpus.isWatched && !corpus.isScanning)
  await search()
  await until(() => {
    collectGarbage()
    return earlier.every((columns) => columns.deref() === undefined)
  })
})
