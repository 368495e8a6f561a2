import { expect, it } from 'vitest'
import { makeTree } from '../support/tree.ts'
import { startServer, jsonLines } from '../support/server.ts'
it('x', async () => {
  const t = makeTree({ 'a/b.txt': 'hello\n', 'c {{.txt': 'hello there\n' })
  t.write(Buffer.from('\xff\n', 'latin1'), 'hello 3')
  const s = await startServer({ one: t })
  console.log(s.url, JSON.stringify(await jsonLines(await s.get('api/search?q=hello')), null, 1))
  expect(1).toBe(1)
})
