import type { FastifyRequest } from 'fastify'
import { type Charset, charsetOf, knownCharsets } from '../charset.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import { type Parameters, parseQueryString } from '../query/query-string.ts'
import { formatSelection, parseSelection, type SelectedLines } from './selection.ts'
import { type Server, sentUrl } from './server.ts'

/** What a request for a file asks of how it is shown. */

/** What `?encoding=` says that a file is read as, or else the operator of its repository. */
export function wantedCharset(
  server: Server,
  request: FastifyRequest,
  repository: { readonly name: string },
): Result<{ readonly charset: Charset | undefined; readonly isAsked: boolean }> {
  const parameters = parseQueryString(sentUrl(request))
  const label = parameters.ok ? parameters.value.get('encoding')?.[0] : undefined
  if (!label) {
    return succeeded({ charset: server.config.encodings.get(repository.name), isAsked: false })
  }
  const charset = charsetOf(label)
  if (charset) return succeeded({ charset, isAsked: true })
  const message = `encoding does not take ${label.slice(0, 100)}: ${knownCharsets}`
  return failed({ kind: 'bad-parameter', parameter: 'encoding', message })
}

/** Whether `?blame=1` asks for who wrote the lines. */
export function wantsBlame(request: FastifyRequest): boolean {
  const parameters = parseQueryString(sentUrl(request))
  return parameters.ok && parameters.value.get('blame')?.[0] === '1'
}

export interface Place {
  /** 1-based. */
  readonly line: number
  /** Where the window into that line begins, in UTF-16 units. */
  readonly column: number
}

export interface WantedLines extends Place {
  /** What `?L=` selects: shown as such. */
  readonly ranges: readonly SelectedLines[]
  /** `?h=`: what the link remembers of the lines; see `src/drift`. */
  readonly hash: string | undefined
  /** `?now=`: where a redirect has found the lines, or `gone`. */
  readonly now: string | undefined
}

/** The lines that `?L=` asks for, or the part of a long file that begins with `?from=`, and the column of `?column=`. */
export function wantedPlace(url: string): WantedLines {
  const parameters = parseQueryString(url)
  const one = (name: string) => (parameters.ok ? parameters.value.get(name)?.[0] : undefined)
  const number = (name: string) => Number(/^\d{1,9}/.exec(one(name) ?? '')?.[0] ?? 0)
  const ranges = parseSelection(one('L') ?? '')
  return {
    line: ranges[0]?.from ?? Math.max(1, number('from')),
    column: number('column'),
    ranges,
    hash: one('h'),
    now: one('now'),
  }
}

/** The lines that another search's parameters select: `?L10`, `?L10-20`, `?L10:5-20:3`, `?highlightRange=`, `?line=`. */
export function peerSelection(parameters: Parameters): readonly SelectedLines[] {
  for (const [name, [value = '']] of parameters) {
    const text = isAnchor(name)
      ? name
      : name === 'highlightRange'
        ? value.replace(',', '-')
        : name === 'line'
          ? value
          : ''
    const ranges = parseSelection(text)
    if (ranges.length > 0) return ranges
  }
  return []
}

const isAnchor = (name: string): boolean => /^L\d/i.test(name)

/** The address with such parameters said in our way; `undefined` if there is none, or `?L=` says it already. */
export function canonicalAddress(url: string): string | undefined {
  const parameters = parseQueryString(url)
  if (!parameters.ok || parameters.value.has('L')) return undefined
  const ranges = peerSelection(parameters.value)
  if (ranges.length === 0) return undefined
  const [path, query] = url.split(/\?(.*)/s)
  const kept = query!.split('&').filter((pair) => {
    const name = pair.split('=', 1)[0]!
    return !isAnchor(name) && name !== 'highlightRange' && name !== 'line'
  })
  return `${path}?${[...kept, `L=${formatSelection(ranges)}`].join('&')}#L${ranges[0]!.from}`
}

/** Whether a file is to be shown as its text where its page would show what that means: a line is one of its text. */
export function wantsSource(url: string): boolean {
  const parameters = parseQueryString(url)
  if (!parameters.ok) return false
  return parameters.value.get('plain')?.[0] === '1' || parameters.value.has('L')
}
