import { isUtf8 } from 'node:buffer'
import { type Catalog, fileAt, pathAt, pathBelowRoot } from '../corpus/catalog.ts'
import { type OpenFile, openInside } from '../corpus/door.ts'

/** Files as arguments of a process, in order. */
export interface Arguments {
  readonly paths: readonly string[]
  /** By argument, the file's place among those that were to be given; `undefined` where each has its own. */
  readonly places: readonly number[] | undefined
}

/**
 * The arguments for files of a catalog. A path is a whole one: no process needs to stand in a directory of the corpus,
 * which would keep it from being unmounted. A file whose name is not UTF-8 cannot travel in an argument: it is opened,
 * and handed over as a descriptor.
 *
 * @param opened takes what was opened, to be given to the process as descriptors, and to be closed
 */
export function argumentsOf(
  catalog: Catalog,
  positions: Uint32Array,
  opened: OpenFile[],
): Arguments {
  const paths: string[] = []
  let places: number[] | undefined
  for (let place = 0; place < positions.length; place++) {
    const position = positions[place]!
    let path = nameOf(catalog, position)
    if (path === undefined) {
      const file = fileAt(catalog, position)
      const door = openInside(file.repository.root, pathBelowRoot(file))
      if (typeof door === 'string') {
        places ??= [...paths.keys()]
        continue
      }
      path = descriptorPath(opened.push(door) - 1)
    }
    places?.push(place)
    paths.push(path)
  }
  return { paths, places }
}

/** What a descriptor that is given to a process is called there. */
export const descriptorPath = (index: number): string => `/proc/self/fd/${3 + index}`

/** Bytes that a file's argument takes at most, with its end and the pointer to it. */
export function argumentBytesOf({ columns, repositories }: Catalog, position: number): number {
  const { root, prefix } = repositories[columns.repository[position]!]!
  const length = columns.pathEnds[position]! - startOf(columns, position)
  return root.length * 3 + prefix.length + length + 11
}

/** Whether a file's name can travel in an argument. */
export function hasName(catalog: Catalog, position: number): boolean {
  return isPlain(catalog, position) || nameOf(catalog, position) !== undefined
}

function nameOf(catalog: Catalog, position: number): string | undefined {
  const { columns, repositories } = catalog
  const { root, prefix } = repositories[columns.repository[position]!]!
  const start = root === '/' ? '/' : `${root}/`
  const path = pathAt(catalog, position)
  if (isPlain(catalog, position)) return start + prefix + path.toString('latin1')
  const bytes = Buffer.concat([Buffer.from(prefix, 'latin1'), path])
  return isUtf8(bytes) ? start + bytes.toString('utf8') : undefined
}

const startOf = ({ pathEnds }: Catalog['columns'], position: number): number =>
  position === 0 ? 0 : pathEnds[position - 1]!

/** Whether all of the path below the root is ASCII. */
function isPlain({ columns, repositories }: Catalog, position: number): boolean {
  if (/[^\0-\x7f]/.test(repositories[columns.repository[position]!]!.prefix)) return false
  const end = columns.pathEnds[position]!
  for (let i = startOf(columns, position); i < end; i++) if (columns.paths[i]! > 0x7f) return false
  return true
}
