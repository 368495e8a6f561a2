import { chmodSync, existsSync, readFileSync, renameSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import { makeTree } from '../support/tree.ts'

/**
 * A program in ripgrep's place, which reads its arguments where ripgrep reads them: it notes each start, and is held
 * where a test wants it to be.
 */
export interface FakeRg {
  readonly path: string
  /** The arguments of each start so far. */
  starts(): readonly string[]
  /** Lets go of those that are held. */
  open(): void
  /** Does something else from now on. */
  become(script: string): void
}

/**
 * @param script what it does, in POSIX shell; `held` waits for `open()`, `real` is our ripgrep on the same arguments
 */
export function fakeRg(script: string): FakeRg {
  const tree = makeTree()
  const gate = `${tree.root}/open`
  const trace = `${tree.root}/trace`
  const become = (script: string) => {
    tree.write(
      'next',
      `#!/bin/sh
PATH=/usr/bin:/bin
if [ "$RIPGREP_CONFIG_PATH" ]; then
  while IFS= read -r line || [ "$line" ]; do set -- "$@" "$line"; done < "$RIPGREP_CONFIG_PATH"
  unset RIPGREP_CONFIG_PATH
fi
printf '%s\\n' "$(echo "$*" | tr '\\n' ' ')" >> '${trace}'
held() { while [ ! -e '${gate}' ]; do sleep 0.02; done; }
real() { '${rgPath}' "$@"; }
${script}
`,
    )
    chmodSync(`${tree.root}/next`, 0o755)
    // At one go, as a package manager does it: nobody runs half of it.
    renameSync(`${tree.root}/next`, `${tree.root}/rg`)
  }
  become(script)
  return {
    path: `${tree.root}/rg`,
    become,
    // One without arguments has an empty line.
    starts: () =>
      existsSync(trace)
        ? readFileSync(trace, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map((line) => line.trimEnd())
        : [],
    open: () => tree.write('open', ''),
  }
}
