import { isUtf8 } from 'node:buffer'
import type { Catalog, Repository } from '../corpus/catalog.ts'
import { succeeded } from '../failure.ts'
import type { Look } from '../git/look.ts'
import { resolveCommit } from '../git/resolve.ts'
import type { ObjectFormat } from '../git/run.ts'
import { readVersions, type Version } from '../git/versions.ts'
import { lookAt, seenPaths } from './at-revision.ts'
import type { Server } from './server.ts'

/** A version of a file in which something was found. */
export interface FoundBefore<Found> {
  /** The commit that made it, and what the file was called there. */
  readonly revision: string
  readonly path: Buffer
  readonly found: Found
}

/** Answers `late` if the time was up before anything was found. */
export type FindBefore = <Found>(
  find: (bytes: Buffer) => Promise<Found | undefined>,
) => Promise<FoundBefore<Found> | 'late' | undefined>

/** What a page waits for it, and how far back it looks: versions that are listed, and those that are read. */
const waitMs = 2_000
const mostListed = 2_000
const mostRead = 60

/** Looks for something in the versions that a file had, the names under which nobody may see it left out. */
export function findBefore(
  server: Server,
  catalog: Catalog,
  file: { readonly repository: Repository; readonly path: Buffer; readonly revision?: string },
  caller: AbortSignal,
): FindBefore {
  return async (find) => {
    const { repository, path, revision = 'HEAD' } = file
    if (!isUtf8(path)) return undefined
    const time = AbortSignal.timeout(waitMs)
    const signal = AbortSignal.any([caller, time])
    // What was found when the time is up counts, too.
    let best: FoundBefore<NonNullable<Awaited<ReturnType<typeof find>>>> | undefined
    await lookAt(server, repository, signal, async (look) => {
      const resolved = await resolveCommit(look, revision)
      if (!resolved.ok) return resolved
      const { commit, refs } = resolved.value
      const name = path.toString('utf8')
      const all = await readVersions(look, refs.format, commit, name, mostListed)
      const names = [...new Set(all.map((one) => bytesOf(one).toString('latin1')))]
      const paths = names.map((one) => ({ path: one, isDirectory: false }))
      const seen = await seenPaths(server, catalog, look, repository, paths, signal)
      const versions = all.filter((one) => seen.has(bytesOf(one).toString('latin1')))
      await newestWith(versions, async (version) => {
        if (signal.aborted) return false
        const bytes = await readVersion(look, refs.format, version, server.config.limits.fileBytes)
        const found = bytes && (await find(bytes))
        if (!found) return false
        best = { revision: version.commit, path: bytesOf(version), found }
        return true
      })
      return succeeded(undefined)
    })
    return best ?? (time.aborted ? 'late' : undefined)
  }
}

const bytesOf = ({ path }: Version): Buffer => Buffer.from(path)

async function readVersion(
  look: Look,
  format: ObjectFormat,
  { blob }: Version,
  mostBytes: number,
): Promise<Buffer | undefined> {
  // A clone without all objects lacks some.
  const options = { mostBytes, codes: [128] }
  const { bytes, cutBy } = await look.part(format, ['cat-file', 'blob', blob], options)
  return cutBy ? undefined : bytes
}

/**
 * Tries versions, the newest first, until one holds what is sought: in steps that double and are then halved, since
 * what has gone was there from some version to another, and few of a thousand have to be read. The last one for which
 * `holds` is true is the answer. What none of these steps meets is looked for in the others.
 */
export async function newestWith<V>(
  versions: readonly V[],
  holds: (version: V) => Promise<boolean>,
): Promise<void> {
  const tried = new Set<number>()
  const isAt = (index: number) => {
    tried.add(index)
    return holds(versions[index]!)
  }
  let without = -1
  for (let step = 1; without < versions.length - 1; step *= 2) {
    let at = Math.min(without + step, versions.length - 1)
    if (!(await isAt(at))) {
      without = at
      continue
    }
    while (at - without > 1) {
      const middle = Math.floor((at + without) / 2)
      if (await isAt(middle)) at = middle
      else without = middle
    }
    return
  }
  for (let at = 0; at < versions.length && tried.size < mostRead; at++) {
    if (!tried.has(at) && (await isAt(at))) return
  }
}
