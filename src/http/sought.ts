import type { FastifyRequest } from 'fastify'
import { emptyForm, type Form } from '../query/form.ts'
import { formatForm, parseSearch } from '../query/parameters.ts'
import type { Query } from '../query/query.ts'
import { parseQueryString } from '../query/query-string.ts'
import { visible } from './marks.ts'
import { type Server, sentUrl } from './server.ts'
import type { wayBack } from './trail.ts'

/** A search whose matches are to be marked on the page of a file. */
export interface Sought {
  readonly form: Form
  /** Or why it cannot be asked. */
  readonly query: Query | { readonly reason: string }
  /** Its text, for people. */
  readonly text: string
  /** How the address of a file's page says it. */
  readonly parameters: string
  /** Whether the address of this page does, and not only where the reader came from. */
  readonly isAsked: boolean
}

/** The search that the address of a file's page carries, by the parameters of a search, or else the way back to it. */
export function soughtBy(
  server: Server,
  request: FastifyRequest,
  back: ReturnType<typeof wayBack>,
): Sought | undefined {
  // Whoever does not read the page needs no search.
  if (request.method !== 'GET') return undefined
  const parameters = parseQueryString(sentUrl(request))
  if (parameters.ok && parameters.value.get('q')?.[0]) {
    const { form, search } = parseSearch(parameters.value, server.config)
    const query = search.ok ? search.value.query : { reason: search.failure.message }
    return query && sought(search.ok ? search.value.form : form, query, true)
  }
  return back && sought(back.form, back.query, false)
}

function sought(form: Form, query: Sought['query'], isAsked: boolean): Sought | undefined {
  if (form.type === 'file') return undefined
  const { q, regex, word, multiline, pcre2 } = form
  const own = { ...emptyForm, q, regex, word, multiline, pcre2, case: form.case }
  return { form, query, text: visible(q), parameters: formatForm(own), isAsked }
}
