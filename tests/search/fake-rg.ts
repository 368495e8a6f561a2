import { chmodSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import { makeTree } from '../support/tree.ts'

/**
 * A program in ripgrep's place: a shell script. `$rg` in it is the real one, `$first` the first file that it is
 * given. Its environment is empty, as is ripgrep's, so that it finds programs by their paths.
 */
export function fakeRg(script: string): string {
  const tree = makeTree({
    'fake-rg': `#!/bin/sh
PATH=/usr/bin:/bin
rg='${rgPath}'
for first; do [ "$files" ] && break; [ "$first" = -- ] && files=follow; done
${script}
`,
  })
  const path = tree.at('fake-rg').toString()
  chmodSync(path, 0o755)
  return path
}
