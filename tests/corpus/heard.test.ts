import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import { afterEach, describe, expect, it } from 'vitest'
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts'
import { makeTree } from '../support/tree.ts'
import { commitAll, git, optionsOf, pathsOf } from './scanning.ts'

const opened = new Set<Corpus>()
afterEach(async () => {
  for (const corpus of opened) await corpus.close()
  opened.clear()
})

async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}

/** A corpus that is watched and hardly ever listed as a whole, and what its ripgrep has been asked. */
async function watched(root: string) {
  const { at } = makeTree({ log: '' })
  const script = at('rg').toString()
  const log = at('log').toString()
  writeFileSync(script, `#!/bin/sh\necho "$*" >> ${log}\nexec ${rgPath} "$@"\n`)
  chmodSync(script, 0o755)
  const corpus = openCorpus({ ...optionsOf([root], { rgPath: script }), rescanMs: 3_600_000 })
  opened.add(corpus)
  await corpus.complete
  await eventually(() => corpus.isWatched)
  return {
    corpus,
    /** Forgets what ripgrep has been asked. */
    forget: () => writeFileSync(log, ''),
    /** Listings of everything go on beside, and ask for no such thing. */
    untilAsked: (part: string) => eventually(() => readFileSync(log, 'utf8').includes(part)),
    async untilPaths(paths: readonly string[]) {
      const text = (paths: readonly string[]) => paths.toSorted().join('\n')
      const found = () => Object.values(pathsOf(corpus.catalog!)).flat()
      await eventually(() => text(found()) === text(['top.c', ...paths]))
    },
  }
}

describe('what is heard of changes', () => {
  it('is listed without the directories that have nothing to do with it', async () => {
    const { root, write } = makeTree({ 'top.c': '', 'a/x.c': '', 'b/c/y.c': '', 'b/d/z.c': '' })
    const { untilPaths, forget, untilAsked } = await watched(root)
    // With this at the latest the directories are listed that nobody has listened to before.
    write('b/c/first.c', '')
    await untilPaths(['a/x.c', 'b/c/first.c', 'b/c/y.c', 'b/d/z.c'])
    forget()
    write('b/c/new.c', '')
    await untilPaths(['a/x.c', 'b/c/first.c', 'b/c/new.c', 'b/c/y.c', 'b/d/z.c'])
    await untilAsked('--glob=!/a/ --glob=!/b/d/')
  })

  it('leads to what has come, been renamed, and gone', async () => {
    const { root, write } = makeTree({ 'top.c': '', 'a/x.c': 'x', 'b/c/y.c': 'y', 'b/d/z.c': 'z' })
    const { untilPaths, corpus } = await watched(root)
    renameSync(join(root, 'b/c'), join(root, 'a/c'))
    await untilPaths(['a/c/y.c', 'a/x.c', 'b/d/z.c'])
    rmSync(join(root, 'b'), { recursive: true })
    await untilPaths(['a/c/y.c', 'a/x.c'])
    // Once more under the same name, and it is listened to.
    write('b/d/z.c', 'other')
    await untilPaths(['a/c/y.c', 'a/x.c', 'b/d/z.c'])
    write('b/d/w.c', '')
    await untilPaths(['a/c/y.c', 'a/x.c', 'b/d/w.c', 'b/d/z.c'])
    rmSync(join(root, 'a/x.c'))
    writeFileSync(join(root, 'a/.ignore'), 'y.c\n')
    await untilPaths(['b/d/w.c', 'b/d/z.c'])
    rmSync(join(root, 'a/.ignore'))
    await untilPaths(['a/c/y.c', 'b/d/w.c', 'b/d/z.c'])
    expect(corpus.trouble).toBeUndefined()
  })

  it('leads to what a checkout brings', async () => {
    const { root, write } = makeTree({ 'top.c': '', 'a/x.c': 'x', 'b/y.c': 'y' })
    commitAll(root)
    git(root, 'checkout', '--quiet', '-b', 'other')
    rmSync(join(root, 'a'), { recursive: true })
    for (let i = 0; i < 30; i++) write(`c/d${i % 3}/${i}.c`, `${i}`)
    git(root, 'add', '--all')
    git(root, 'commit', '--quiet', '--message=other')
    git(root, 'checkout', '--quiet', 'main')
    const { untilPaths, corpus } = await watched(root)
    git(root, 'checkout', '--quiet', 'other')
    await eventually(() => corpus.catalog!.columns.count === 32)
    git(root, 'checkout', '--quiet', 'main')
    await untilPaths(['a/x.c', 'b/y.c'])
  })
})
