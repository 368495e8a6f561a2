import { rgPath } from '@vscode/ripgrep'
import { expect, it } from 'vitest'
import { walk } from '../../src/corpus/walk.ts'
import { fakeRg } from '../http/fake-rg.ts'
import { childProcesses } from '../support/processes.ts'
import { makeTree } from '../support/tree.ts'

const tree = () => makeTree({ 'a.c': '', 'b/c.c': '' })
const all = { hidden: false, ignored: false }

async function listed(root: string, rgPath: string, patienceMs: number): Promise<string[]> {
  const paths: string[] = []
  for await (const some of walk(root, { rgPath, patienceMs, ...all })) paths.push(...some)
  return paths.sort()
}

it('a ripgrep that hangs over a listing is not waited for for ever, and killed', async () => {
  const { root } = tree()
  for (const script of ['exec sleep 1000', `printf './a.c\\0'; exec sleep 1000`]) {
    const hanging = listed(root, fakeRg(script).path, 5)
    await expect(hanging).rejects.toThrow(`listing ${root} would never have ended`)
  }
  expect(childProcesses().filter(({ name }) => name === 'sleep')).toEqual([])
})

it('one that tells something now and then is', async () => {
  const { root } = tree()
  // Each pause is shorter than the patience with one silence, and all are longer.
  const slow = fakeRg('for i in 1 2 3 4 5 6; do printf "./$i.c\\0"; sleep 0.5; done')
  expect(await listed(root, slow.path, 60)).toHaveLength(6)
  expect(await listed(root, rgPath, 4_000)).toEqual(['a.c', 'b/c.c'])
})
