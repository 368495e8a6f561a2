import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** A name on disk: text, or bytes where a name is not UTF-8. */
export type Name = string | Buffer

/** A directory of its own with real files in it; it is removed when the test file has ended. */
export interface Tree {
  /** Absolute, without links. */
  readonly root: string
  /** What a server that is given only this tree calls its repository. */
  readonly name: string
  /** Where a file of that name is. */
  at(name: Name): Buffer
  /** Writes a file, and the directories above it. */
  write(name: Name, content: string | Uint8Array): void
  /** Removes the tree now. */
  remove(): void
}

/** Names, `/` between components, with what is in them. */
export type Files = Readonly<Record<string, string | Uint8Array>>

const trees = new Set<Tree>()
afterAll(() => {
  for (const tree of trees) tree.remove()
})

export function makeTree(files: Files = {}): Tree {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'ripline-'))
  const at = (name: Name) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name as string)])
  const tree: Tree = {
    root,
    name: basename(root),
    at,
    write(name, content) {
      const path = at(name)
      // latin1 keeps every byte, and dirname looks for slashes only.
      mkdirSync(Buffer.from(dirname(path.toString('latin1')), 'latin1'), { recursive: true })
      writeFileSync(path, content)
    },
    remove() {
      trees.delete(tree)
      // A test may have closed a directory to its own user.
      spawnSync('chmod', ['-R', 'u+rwX', root])
      rmSync(root, { recursive: true, force: true })
    },
  }
  trees.add(tree)
  for (const [name, content] of Object.entries(files)) tree.write(name, content)
  return tree
}
