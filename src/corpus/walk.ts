import { bounded } from '../process/bounds.ts'
import { startChild } from '../process/child.ts'
import { listArgs } from '../ripgrep/args.ts'

/** A listing that could not be made, in words for the operator. */
export class ListError extends Error {}

/** A hostile ignore file can cost ripgrep more than a gigabyte. */
const bounds = { memoryBytes: 1 << 29, cpuSeconds: 120 }

/**
 * The files that ripgrep lists below a directory, some at a time: regular ones only, in no order.
 *
 * @param directory absolute, without links
 * @yields paths relative to it, bytes one character each
 */
export async function* walk(
  directory: string,
  rgPath: string,
  what: { readonly hidden: boolean; readonly ignored: boolean },
): AsyncGenerator<readonly string[]> {
  const command = bounded(rgPath, listArgs(what), bounds)
  const child = startChild(command.file, command.args, { cwd: directory })
  let isEmpty = true
  let rest = ''
  try {
    for await (const chunk of child.stdout) {
      isEmpty = false
      const paths = (rest + (chunk as Buffer).toString('latin1')).split('\0')
      rest = paths.pop()!
      // `./` stands before each.
      yield paths.map((path) => path.slice(2))
    }
  } finally {
    child.kill()
    await child.ended
  }
  const ended = await child.ended
  if (ended.kind === 'not-started') {
    throw new ListError(`ripgrep cannot be run in ${directory}: ${ended.code}`)
  }
  if (ended.kind === 'killed') {
    throw new ListError(
      `listing ${directory} took more memory or time than allowed (${ended.signal}): see its ignore files`,
    )
  }
  // Files that it cannot reach are passed over without a word, so these are about the run itself.
  if (isEmpty && ended.stderr !== '') {
    throw new ListError(`ripgrep cannot list ${directory}: ${ended.stderr.trim().split('\n')[0]}`)
  }
}

/** Where a path is: text for the many that are ASCII, which costs a third. */
export const absolute = (directory: string, path: string): string | Buffer =>
  isAscii(path)
    ? `${directory}/${path}`
    : Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')])

/** Whether the text is the same in Latin-1 and in UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII too
export const isAscii = (latin1: string): boolean => /^[\x00-\x7f]*$/.test(latin1)
