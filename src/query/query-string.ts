import { failed, type Result, succeeded } from '../failure.ts'

/** The parameters of a URL: every value of each name, decoded, in order. */
export type Parameters = ReadonlyMap<string, readonly string[]>

/**
 * Decodes a query string strictly: what is not UTF-8 is refused and not guessed.
 *
 * @param url a path with or without `?…`
 */
export function parseQueryString(url: string): Result<Parameters> {
  const at = url.indexOf('?')
  const parameters = new Map<string, string[]>()
  if (at === -1) return succeeded(parameters)
  for (const pair of url.slice(at + 1).split('&')) {
    if (pair === '') continue
    const separator = pair.indexOf('=')
    try {
      const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
      const name = decode(separator === -1 ? pair : pair.slice(0, separator))
      const value = separator === -1 ? '' : decode(pair.slice(separator + 1))
      const values = parameters.get(name)
      if (values) values.push(value)
      else parameters.set(name, [value])
    } catch {
      return failed({
        kind: 'bad-parameter',
        parameter: 'q',
        message: 'the address holds %-escapes that are not UTF-8',
      })
    }
  }
  return succeeded(parameters)
}
