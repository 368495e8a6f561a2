// Paths of a repository as bytes: `/` between components, none at either end, empty for the top.

export const childPath = (directory: Buffer, name: Buffer): Buffer =>
  directory.length === 0 ? name : Buffer.concat([directory, Buffer.from('/'), name])

export const parentOf = (path: Buffer): Buffer =>
  path.subarray(0, Math.max(0, path.lastIndexOf('/')))

/** The directory below the top on the way to a path, the one below that, and so on, and the path itself. */
export function namesOf(path: Buffer): readonly Buffer[] {
  if (path.length === 0) return []
  const found: Buffer[] = []
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    found.push(path.subarray(0, at))
  }
  return [...found, path]
}
