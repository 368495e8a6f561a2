import { spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import { type Catalog, fileAt, pathBelowRoot } from '../../src/corpus/catalog.ts'
import type { Query } from '../../src/query/query.ts'

/**
 * The reference command of docs/exact.md, run by hand. Nothing here is shared with src/ripgrep or src/search: the flags
 * are written out once more, and the paths travel through `xargs`, which takes names of any bytes.
 */
export type Reference =
  | { readonly kind: 'found'; readonly files: readonly ReferenceFile[] }
  /** Exit code 2 and nothing on standard output. */
  | { readonly kind: 'refused'; readonly message: string }
  /** ripgrep itself has failed in some file: its printer does, now and then, where a match may span lines. */
  | { readonly kind: 'crashed' }

export interface ReferenceFile {
  /** Below the root; bytes, one character each. */
  readonly path: string
  readonly lines: readonly ReferenceLine[]
}

export interface ReferenceLine {
  readonly kind: 'match' | 'context'
  readonly number: number
  /** Without its terminator; bytes, one character each. */
  readonly bytes: string
  /** Those that begin on it; each ends on the line of its last byte. */
  readonly matches: readonly {
    readonly start: number
    readonly endLine: number
    readonly end: number
  }[]
}

/** @param paths below the root, as bytes, in the order in which they are searched */
export function reference(root: string, paths: readonly Buffer[], query: Query): Reference {
  const { matcher, context } = query
  const flags = [
    ...['--no-config', '--json', '--threads=1', '--no-mmap', '--crlf'],
    ...['--dfa-size-limit=10M', '--regex-size-limit=10M'],
    { smart: '-S', sensitive: '-s', ignore: '-i' }[matcher.case],
    ...(matcher.kind === 'literal' ? ['-F'] : []),
    ...(matcher.word ? ['-w'] : []),
    ...(matcher.multiline ? ['-U'] : []),
    ...(matcher.pcre2 ? ['-P'] : []),
    ...(matcher.encoding && matcher.encoding !== 'utf-8' ? ['-E', matcher.encoding] : []),
    ...['-C', String(context), `--regexp=${matcher.pattern}`, '--'],
  ]
  const input = Buffer.concat(paths.flatMap((path) => [Buffer.from('./'), path, Buffer.from('\0')]))
  const command = ['-0', '-x', '-s', '1500000', rgPath, ...flags]
  const { stdout, stderr } =
    paths.length === 0
      ? spawnSync(rgPath, [...flags, '/dev/null'], { cwd: root, env: {} })
      : spawnSync('/usr/bin/xargs', command, { cwd: root, env: {}, input, maxBuffer: 1 << 30 })
  if (stdout.length === 0) {
    return { kind: 'refused', message: stderr.toString().replace(/^rg: /, '').trim() }
  }
  if (!stdout.includes('"type":"summary"}')) return { kind: 'crashed' }
  return { kind: 'found', files: filesOf(stdout).flatMap((file) => withoutStray(file, context)) }
}

/** The reference command over the files of a catalog that are to be searched and are wanted, in catalog order. */
export function referenceOf(
  catalog: Catalog,
  query: Query,
  isWanted: (below: Buffer) => boolean = () => true,
): Reference {
  const all = Array.from({ length: catalog.columns.count }, (_, i) => fileAt(catalog, i))
  const files: ReferenceFile[] = []
  for (const root of new Set(all.map(({ repository }) => repository.root))) {
    const paths = all
      .filter(({ state, repository }) => state === 'searched' && repository.root === root)
      .map(pathBelowRoot)
    const found = reference(root, paths.filter(isWanted), query)
    if (found.kind !== 'found') return found
    files.push(...found.files)
  }
  return { kind: 'found', files }
}

// biome-ignore lint/suspicious/noExplicitAny: ripgrep's JSON, read here as its documentation has it
type Json = any

function filesOf(stdout: Buffer): ReferenceFile[] {
  const files: { path: string; lines: ReferenceLine[] }[] = []
  for (const line of linesOf(stdout)) {
    const { type, data }: Json = JSON.parse(line.toString())
    if (type === 'begin') files.push({ path: bytesOf(data.path).slice(2), lines: [] })
    if (type !== 'match' && type !== 'context') continue
    files.at(-1)!.lines.push(...linesIn(type, data))
  }
  return files
}

/**
 * Without the context of a match behind the last line, as `-U '^$'` has one at the end of a file: ripgrep shows no line
 * of it, only those before.
 */
function withoutStray({ path, lines }: ReferenceFile, context: number): readonly ReferenceFile[] {
  const matching = lines.filter(({ kind }) => kind === 'match')
  if (matching.length === 0) return []
  const last = matching.at(-1)!.number + context
  return [{ path, lines: lines.filter(({ number }) => number <= last) }]
}

/** The lines of an event, which are several where a match may span them. */
function linesIn(kind: 'match' | 'context', data: Json): ReferenceLine[] {
  const rows = bytesOf(data.lines).split(/(?<=\n)/)
  const starts = [0]
  for (const { length } of rows) starts.push(starts.at(-1)! + length)
  const lines = rows.map((row, i) => ({
    kind,
    number: data.line_number + i,
    bytes: row.replace(/\r?\n$/, ''),
    matches: [] as { start: number; endLine: number; end: number }[],
  }))
  /** The line that has the byte at this offset; asked for in order. */
  let at = 0
  const lineAt = (offset: number) => {
    while (at + 1 < rows.length && starts[at + 1]! <= offset) at++
    return at
  }
  for (const { start, end } of data.submatches) {
    const first = lineAt(start)
    const last = start === end ? first : lineAt(end - 1)
    const endLine = data.line_number + last
    lines[first]!.matches.push({ start: start - starts[first]!, endLine, end: end - starts[last]! })
  }
  return lines
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf('\n', from)
    yield bytes.subarray(from, end)
    from = end + 1
  }
}

const bytesOf = (text: Json): string =>
  Buffer.from(text.text ?? text.bytes, 'text' in text ? 'utf8' : 'base64').toString('latin1')
