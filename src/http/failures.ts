import type { Failure } from '../failure.ts'

/** Each kind of failure has one status. */
export const statusOf: Record<Failure['kind'], number> = {
  'bad-query': 400,
  'bad-pattern': 400,
  'bad-glob': 400,
  'bad-parameter': 400,
  'not-found': 404,
  forbidden: 403,
  busy: 503,
  'rate-limited': 429,
  internal: 500,
}

/** A failure as the API says it. */
export function failureJson(failure: Failure, requestId: string) {
  if (failure.kind === 'internal') {
    return {
      error: { kind: failure.kind, message: 'something went wrong on the server', requestId },
    }
  }
  return { error: failure }
}

/** Headers that go with a failure. */
export function failureHeaders(failure: Failure): Record<string, string> {
  return 'retryAfterSeconds' in failure ? { 'retry-after': String(failure.retryAfterSeconds) } : {}
}

/** What a page calls a failure. */
export function headingOf(failure: Failure): string {
  const isTyped = 'position' in failure && failure.position !== undefined
  if (
    failure.kind === 'bad-query' ||
    (failure.kind === 'bad-parameter' && (isTyped || failure.parameter === 'q'))
  ) {
    return 'This query cannot be understood'
  }
  return headings[failure.kind]
}

export const headings: Record<Failure['kind'], string> = {
  'bad-query': 'This query cannot be understood',
  'bad-pattern': 'ripgrep does not understand this pattern',
  'bad-glob': 'This path filter cannot be understood',
  'bad-parameter': 'This address cannot be understood',
  'not-found': 'Not found',
  forbidden: 'This is not answered',
  busy: 'Busy at the moment',
  'rate-limited': 'Too many searches',
  internal: 'Something went wrong',
}
