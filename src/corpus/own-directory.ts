import { mkdirSync, statSync } from 'node:fs'

/**
 * Makes a directory for what is written about files that others may not read.
 *
 * @throws if it cannot be made, or if others could put there what is taken for ours
 */
export function makeOwnDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const { uid, mode } = statSync(directory)
  // Root may do as it likes anyway, as when it builds an image.
  if (uid !== process.getuid!() && uid !== 0) {
    throw new Error(`${directory} belongs to another user (${uid}): remove it, or set --cache`)
  }
  if ((mode & 0o022) !== 0) {
    throw new Error(`others may write in ${directory}: chmod go-w it, or set --cache`)
  }
}
