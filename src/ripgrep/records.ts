import { startChild } from '../process/child.ts'
import { type Outcome, outcomeOf } from './run.ts'

/** Which of some records a regex matches, or how ripgrep ended otherwise. */
export type Matched =
  | { readonly kind: 'matched'; readonly marks: Uint8Array }
  | Exclude<Outcome, { kind: 'complete' }>

/**
 * Has ripgrep match a regex against texts that are no files, such as paths: a user's regex is never run here.
 *
 * @param records bytes, each ended by a NUL
 * @param count of them
 * @returns by record, 1 where it matches
 */
export async function matchRecords(
  rgPath: string,
  regex: string,
  records: Uint8Array,
  count: number,
  signal: AbortSignal,
): Promise<Matched> {
  const args = [
    '--no-config',
    '--null-data',
    // They are bytes, whatever they begin with.
    '--encoding=none',
    '--case-sensitive',
    '--line-number',
    '--no-filename',
    '--no-heading',
    '--color=never',
    '--dfa-size-limit=10M',
    '--regex-size-limit=10M',
    `--regexp=${regex}`,
    '-',
  ]
  const child = startChild(rgPath, args, {
    ...{ cwd: '/', signal, input: [records], bounds: {} },
  })
  const marks = new Uint8Array(count)
  let number = 0
  let inNumber = true
  let silent = true
  let isRead = false
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      silent = false
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i]!
        if (!inNumber) {
          // To the NUL that ends the record: most of what there is.
          const end = chunk.indexOf(0, i)
          if (end === -1) break
          i = end
          inNumber = true
          number = 0
        } else if (byte === colon) {
          marks[number - 1] = 1
          inNumber = false
        } else number = number * 10 + byte - zero
      }
    }
    isRead = true
  } catch (error) {
    // The stream is destroyed by our own kill.
    if (!signal.aborted) throw error
  } finally {
    // One that has closed its output ends by itself, and what it says of the regex is still wanted.
    if (!isRead) child.kill()
  }
  const ended = await child.ended
  if (!signal.aborted && ended.kind === 'exited' && (ended.code === 0 || ended.code === 1)) {
    return { kind: 'matched', marks }
  }
  return outcomeOf(ended, { silent, garbled: undefined, signal })
}

const colon = 0x3a
const zero = 0x30
