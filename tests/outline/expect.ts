// Writes expected/*.txt from what Universal Ctags says: node tests/outline/expect.ts. The tests need no ctags.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { samples } from './samples.ts'

for (const { name, file, flags = [] } of samples) {
  const args = [...flags, '--output-format=json', '--fields=+nK', '-o', '-', file]
  const tags = execFileSync('ctags', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { line: number; kind: string; name: string })
  const lines = tags
    .sort((a, b) => a.line - b.line)
    .map(({ line, kind, name }) => `${line} ${kind} ${name}\n`)
  writeFileSync(new URL(`expected/${name}.txt`, import.meta.url), lines.join(''))
}
