import { readdirSync, rmSync, statSync } from 'node:fs'
import { makeOwnDirectory } from '../corpus/own-directory.ts'
import { isWhole } from './segment.ts'

/** A directory of segment files; whatever else is in it is left alone. */

const isSegment = (name: string): boolean => /^[0-9a-f]{24}\.segment$/.test(name)

/** What a build that was killed has left: nobody builds for so long. */
const abandonedMs = 3_600_000

/**
 * The segments in a directory, each read from beginning to end: what is damaged, of another version, or left behind by
 * a build that was killed is removed. Makes the directory if need be.
 *
 * @throws if it cannot be made, read or written in, or if others could put an index of theirs there
 */
export function wholeSegments(directory: string): readonly string[] {
  // A segment's checksum says that it is whole, not who wrote it: and it decides which files are searched.
  makeOwnDirectory(directory)
  const names = readdirSync(directory)
  for (const name of names) {
    if (/^building-\d+$/.test(name) && isAbandoned(`${directory}/${name}`, name)) {
      rmSync(`${directory}/${name}`, { recursive: true, force: true })
    }
  }
  return names.filter(isSegment).filter((name) => {
    if (isWhole(`${directory}/${name}`)) return true
    try {
      removeSegment(directory, name)
    } catch {
      // A directory, or one of a file system that cannot be written: it is in nobody's way, and not used.
    }
    return false
  })
}

export function removeSegment(directory: string, name: string): void {
  rmSync(`${directory}/${name}`, { force: true })
}

function isAbandoned(path: string, name: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs > abandonedMs) return true
    process.kill(Number(name.slice('building-'.length)), 0)
    return false
  } catch (error) {
    // Nobody has that number.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
