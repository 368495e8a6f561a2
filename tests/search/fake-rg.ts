import { chmodSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import { makeTree } from '../support/tree.ts'

/**
 * A program in ripgrep's place: a shell script. `$rg` in it is the real one. Its environment is empty, as is
 * ripgrep's, so that it finds programs by their paths.
 */
export function fakeRg(script: string): string {
  const tree = makeTree({ 'fake-rg': `#!/bin/sh\nPATH=/usr/bin:/bin\nrg='${rgPath}'\n${script}\n` })
  const path = tree.at('fake-rg').toString()
  chmodSync(path, 0o755)
  return path
}
