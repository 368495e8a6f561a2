import { digest, generationOf, languageIndexOf } from './arrange.ts'
import {
  type Catalog,
  type Columns,
  type FileState,
  fileStates,
  pathAt,
  type Repository,
} from './catalog.ts'
import { type Encoding, encodings } from './decode.ts'
import { isSame, type KnownFiles } from './known.ts'
import { createLooker, type Look } from './look.ts'

const stateIndex = new Map<FileState, number>(fileStates.map((state, index) => [state, index]))
const unreadable = stateIndex.get('unreadable')!
const encodingIndex = new Map<Encoding, number>(encodings.map((name, index) => [name, index]))

/** A size is known without a look, so that the first catalog leaves out the same large files as the complete one. */
export function leaveOutLarge({ count, bytes, state }: Columns, maxFileBytes: number): void {
  const large = stateIndex.get('large')!
  for (let i = 0; i < count; i++) if (bytes[i]! > maxFileBytes) state[i] = large
}

/**
 * Looks at files of a catalog, but for those that an earlier one knows as they are now.
 *
 * @param positions of the files that have not been looked at
 * @param onLook hears each position
 * @returns the complete catalog, over the same columns
 */
export function inspect(
  catalog: Catalog,
  positions: Iterable<number>,
  maxFileBytes: number,
  known: KnownFiles | undefined,
  onLook: (position: number) => void,
): Catalog {
  const { columns } = catalog
  const look = createLooker(maxFileBytes)
  for (const i of positions) {
    const repository = catalog.repositories[columns.repository[i]!]!
    const before = known?.positionOf(repository, pathAt(catalog, i).toString('latin1'))
    if (known && before !== undefined && isSame(statAt(columns, i), known.columns, before)) {
      copyLook(columns, i, known.columns, before)
    } else lookAt(catalog, repository, i, look)
    onLook(i)
  }
  const repositories = catalog.repositories.map((repository) => ({
    ...repository,
    generation: lookedGeneration(columns, repository),
  }))
  return { ...catalog, complete: true, generation: generationOf(repositories), repositories }
}

const statAt = ({ bytes, modifiedMs, changedMs, inode }: Columns, i: number) => ({
  bytes: bytes[i]!,
  modifiedMs: modifiedMs[i]!,
  changedMs: changedMs[i]!,
  inode: inode[i]!,
})

function copyLook(to: Columns, i: number, from: Columns, j: number): void {
  to.state[i] = from.state[j]!
  to.lines[i] = from.lines[j]!
  to.encoding[i] = from.encoding[j]!
  to.language[i] = from.language[j]!
  to.digest.set(from.digest.subarray(4 * j, 4 * j + 4), 4 * i)
}

function lookAt(
  catalog: Catalog,
  { root, prefix }: Repository,
  i: number,
  look: ReturnType<typeof createLooker>,
): void {
  const path = pathAt(catalog, i)
  const found = look(root, Buffer.concat([Buffer.from(prefix, 'latin1'), path]))
  keepLook(catalog.columns, i, path, found)
}

/** Keeps what a look at a file has told. */
export function keepLook(columns: Columns, i: number, path: Buffer, found: Look): void {
  const { state, lines, encoding, firstLine, digest } = found
  columns.state[i] = stateIndex.get(state)!
  columns.lines[i] = lines
  columns.encoding[i] = encodingIndex.get(encoding)!
  columns.digest.set(digest, 4 * i)
  if (columns.language[i] === 0 && firstLine.startsWith('#!')) {
    columns.language[i] = languageIndexOf(path.toString('utf8'), firstLine)
  }
}

/** A file that can no longer be read changes no size and no time, and yet what is found. */
function lookedGeneration({ state }: Columns, { from, to, generation }: Repository): string {
  const states = state.subarray(from, to)
  return states.includes(unreadable) ? digest(generation, states) : generation
}
