// Paths here are bytes, one character each ("latin1"): any name on a disk can be said so, cut at slashes and compared.

/** Whether it reads the same as bytes and as text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII too
const isAscii = (path: string): boolean => /^[\x00-\x7f]*$/.test(path)

/** As text; what is not UTF-8 in it becomes U+FFFD. */
export const textOf = (path: string): string =>
  isAscii(path) ? path : Buffer.from(path, 'latin1').toString('utf8')

/** A path as the system takes it. */
export const bytesPath = (path: string): string | Buffer =>
  isAscii(path) ? path : Buffer.from(path, 'latin1')

/** Where a path is; the many that are ASCII go as they are, which costs a third. */
export const absolute = (directory: string, path: string): string | Buffer =>
  isAscii(path)
    ? `${directory}/${path}`
    : Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')])
