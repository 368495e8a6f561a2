import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a directory for what is written about files that others may not read.
 *
 * @throws if it cannot be made, or if others could put there what is taken for ours
 */
export function makeOwnDirectory(directory: string): void {
  makeAll(directory)
  const { uid, mode } = statSync(directory)
  // Root may do as it likes anyway, as when it builds an image.
  if (uid !== process.getuid!() && uid !== 0) {
    throw new Error(`${directory} belongs to another user (${uid}): remove it, or set --cache`)
  }
  if ((mode & 0o022) !== 0) {
    throw new Error(`others may write in ${directory}: chmod go-w it, or set --cache`)
  }
}

/** Makes a directory and those above it: with `recursive`, Node calls a file system absent that is read-only. */
function makeAll(directory: string): void {
  const make = () => {
    try {
      mkdirSync(directory, { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  try {
    make()
  } catch (error) {
    const above = dirname(directory)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === directory) throw error
    makeAll(above)
    make()
  }
}
