import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Place } from './contender.ts'
import { queryArgs } from './contenders/ripgrep.ts'
import type { Query } from './queries.ts'

/** What ripgrep finds: the measure of everyone's exactness. */
export interface Truth {
  readonly lines: number
  readonly files: number
}

/** Matching lines and files by ripgrep's own account, without the files in which it sees a NUL. */
export async function truthOf(
  query: Query,
  { rg, corpus }: Pick<Place, 'rg' | 'corpus'>,
): Promise<Truth> {
  const args = ['--no-config', '--json', '--crlf', ...queryArgs(query), './']
  const child = spawn(rg, args, { cwd: corpus.directory, stdio: ['ignore', 'pipe', 'inherit'] })
  let lines = 0
  let files = 0
  let inFile = 0
  for await (const text of createInterface({ input: child.stdout })) {
    if (text.startsWith('{"type":"match"')) inFile += query.multiline ? linesOf(text) : 1
    if (text.startsWith('{"type":"begin"')) inFile = 0
    if (text.startsWith('{"type":"end"') && JSON.parse(text).data.binary_offset === null) {
      lines += inFile
      files += 1
    }
  }
  return { lines, files }
}

function linesOf(event: string): number {
  const { lines } = JSON.parse(event).data
  const text: string = lines.text ?? Buffer.from(lines.bytes, 'base64').toString('latin1')
  return text.replace(/\n$/, '').split('\n').length
}
