import type { FastifyRequest } from 'fastify'
import { type Charset, charsetOf, knownCharsets } from '../charset.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import { parseQueryString } from '../query/parameters.ts'
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

/** The line that `?L=` asks for, and the column of `?column=`. */
export function wantedPlace(url: string): Place {
  const parameters = parseQueryString(url)
  const number = (name: string) => {
    const value = parameters.ok ? parameters.value.get(name)?.[0] : undefined
    return Number(/^\d{1,9}/.exec(value ?? '')?.[0] ?? 0)
  }
  return { line: Math.max(1, number('L')), column: number('column') }
}
