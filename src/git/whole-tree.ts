import type { GitDirectory } from './directory.ts'
import { GitTrouble, troubleOf } from './look.ts'
import { type ObjectFormat, startGit } from './run.ts'

/** One tree of one repository, for a process of its own that reads it from end to end. */
export interface TreeSource {
  readonly program: string
  readonly git: GitDirectory
  readonly format: ObjectFormat
  /** Its id. */
  readonly tree: string
}

/** What a tree has at a path: whatever a stranger has written into it. */
export interface WholeEntry {
  /** Six digits, as git writes them. */
  readonly mode: string
  readonly id: string
  /** Of a content that is there; `undefined` for one that is not, as in a clone without all objects. */
  readonly bytes: number | undefined
  /** From the top; bytes one character each. */
  readonly path: string
}

/**
 * Everything that a tree holds, however deep, but for the directories themselves. Trees can name one another so that a
 * few of them have more entries than atoms exist: whoever reads stops when it is too much.
 *
 * @throws GitTrouble
 */
export async function* wholeTree(source: TreeSource): AsyncGenerator<WholeEntry> {
  const args = ['ls-tree', '-r', '-z', '--long', '--full-tree', source.tree]
  const child = startGit({ ...runOf(source), args })
  let rest = ''
  try {
    for await (const chunk of child.stdout) {
      const lines = (rest + (chunk as Buffer).toString('latin1')).split('\0')
      rest = lines.pop()!
      for (const line of lines) {
        const [, mode, id, size, path] = entryLine.exec(line) ?? []
        if (path === undefined) throw new GitTrouble(troubleOf({ kind: 'exited', code: 1 }, 0))
        const bytes = /^\d+$/.test(size!) ? Number(size) : undefined
        yield { mode: mode!, id: id!, bytes, path }
      }
    }
    expectEnd(await child.ended)
  } finally {
    child.kill()
    await child.ended
  }
}

const entryLine = /^(\d{6}) \w+ ([0-9a-f]{40,64}) +(\S+)\t(.*)$/s

/**
 * Contents, one after the other, in the order of their ids; `undefined` for one that is not there.
 *
 * @throws GitTrouble
 */
export async function* contents(
  source: TreeSource,
  ids: readonly string[],
): AsyncGenerator<Buffer | undefined> {
  if (ids.length === 0) return
  const input = Buffer.from(ids.map((id) => `${id}\n`).join(''))
  const child = startGit({ ...runOf(source), args: ['cat-file', '--batch'], input })
  const parts = partsOf(child.stdout)
  try {
    for (let nth = 0; nth < ids.length; nth++) {
      const head = await parts.line()
      if (head === undefined) break
      const [, size] = /^[0-9a-f]{40,64} blob (\d+)$/.exec(head) ?? []
      if (size === undefined) yield undefined
      else {
        const content = await parts.take(Number(size) + 1)
        if (content === undefined) break
        yield content.subarray(0, -1)
      }
    }
    expectEnd(await child.ended)
  } finally {
    child.kill()
    await child.ended
  }
}

const runOf = ({ program, git, format }: TreeSource) => ({
  ...{ program, signal: new AbortController().signal },
  place: { kind: 'objects', git, format } as const,
})

function expectEnd(ended: Awaited<ReturnType<typeof startGit>['ended']>): void {
  if (ended.kind === 'exited' && ended.code === 0) return
  const end =
    ended.kind === 'not-started'
      ? ({ kind: 'absent' } as const)
      : ended.kind === 'killed'
        ? ({ kind: 'crashed' } as const)
        : ({ kind: 'exited', code: ended.code } as const)
  throw new GitTrouble(troubleOf(end, 0))
}

/** Lines and stretches of a stream of bytes; `undefined` when it ends before. */
function partsOf(stream: AsyncIterable<Uint8Array>) {
  const chunks = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  const more = async (): Promise<Buffer | undefined> => {
    const { done, value } = await chunks.next()
    return done ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  return {
    async line(): Promise<string | undefined> {
      for (;;) {
        const end = rest.indexOf(0x0a)
        if (end !== -1) {
          const text = rest.toString('latin1', 0, end)
          rest = rest.subarray(end + 1)
          return text
        }
        const next = await more()
        if (!next) return undefined
        rest = rest.length === 0 ? next : Buffer.concat([rest, next])
      }
    },
    async take(length: number): Promise<Buffer | undefined> {
      const taken: Buffer[] = []
      let missing = length
      for (;;) {
        const part = rest.subarray(0, missing)
        taken.push(part)
        missing -= part.length
        rest = rest.subarray(part.length)
        if (missing === 0) return taken.length === 1 ? part : Buffer.concat(taken)
        const next = await more()
        if (!next) return undefined
        rest = next
      }
    },
  }
}
