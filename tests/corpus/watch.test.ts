import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { openWatch, type Watch } from '../../src/corpus/watch.ts'
import { makeTree } from '../support/tree.ts'

const opened = new Set<Watch>()
afterEach(() => {
  for (const watch of opened) watch.close()
  opened.clear()
})

/** Watches directories of a tree, and tells what has been heard, below the root. */
async function watched(root: string, directories: readonly string[]) {
  const heard = new Set<string>()
  const begun: string[] = []
  const below = (path: string) => path.slice(root.length + 1)
  const watch = openWatch(
    (path) => heard.add(below(path)),
    (some) => begun.push(...some.map(below)),
  )
  opened.add(watch)
  const absolute = (some: readonly string[]) =>
    some.map((path) => (path === '' ? root : `${root}/${path}`))
  const untilWhole = async () => {
    while (!watch.isWhole) await sleep(2)
  }
  watch.follow(absolute(directories))
  await untilWhole()
  return {
    begun,
    async follow(some: readonly string[]) {
      watch.follow(absolute(some))
      await untilWhole()
    },
    /** Does something, and waits until it is heard. */
    async hears(path: string, act: () => void) {
      heard.clear()
      act()
      while (!heard.has(path)) await sleep(2)
    },
  }
}

describe('a watch', () => {
  it('hears what comes, changes and goes in the directories it follows, and says which it has begun', async () => {
    const { root } = makeTree({ 'a/x.c': '', 'b/y.c': '' })
    const { hears, follow, begun } = await watched(root, ['', 'a'])
    expect(begun).toEqual(['', 'a'])
    await follow(['', 'a', 'b'])
    expect(begun).toEqual(['', 'a', 'b'])
    await hears('b/y.c', () => writeFileSync(`${root}/b/y.c`, 'changed'))
    await hears('b/z.c', () => writeFileSync(`${root}/b/z.c`, 'new'))
    await hears('b/z.c', () => rmSync(`${root}/b/z.c`))
  })

  it('hears in a directory that has come up, and in those that came with it', async () => {
    const { root } = makeTree({ 'a/x.c': '' })
    const { hears, follow } = await watched(root, ['', 'a'])
    await hears('n', () => mkdirSync(`${root}/n/m/o`, { recursive: true }))
    await hears('n/m/o/p.c', () => writeFileSync(`${root}/n/m/o/p.c`, ''))
    // Also when a list of what has files does not name it.
    await follow(['', 'a'])
    await hears('n/m/o/q.c', () => writeFileSync(`${root}/n/m/o/q.c`, ''))
  })

  it('hears on in a directory that has lost its last file', async () => {
    const { root } = makeTree({ 'a/x.c': '', 'b.c': '' })
    const { hears, follow } = await watched(root, ['', 'a'])
    await hears('a/x.c', () => rmSync(`${root}/a/x.c`))
    await follow([''])
    await hears('a/y.c', () => writeFileSync(`${root}/a/y.c`, ''))
  })

  it('hears in a directory that another has taken the place of', async () => {
    const { root } = makeTree({ 'a/x.c': '', 'b/y.c': '' })
    const { hears } = await watched(root, ['', 'a', 'b'])
    await hears('a', () => {
      rmSync(`${root}/a`, { recursive: true })
      renameSync(`${root}/b`, `${root}/a`)
    })
    await hears('a/z.c', () => writeFileSync(`${root}/a/z.c`, ''))
  })
})
