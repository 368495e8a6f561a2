/**
 * What a user can be told when there is no answer. Knows nothing of HTTP: `http/failures.ts` gives each kind its
 * status and page.
 */
export type Failure =
  | {
      readonly kind: 'bad-pattern'
      readonly message: string
      /** 0-based UTF-16 column in the pattern where ripgrep's caret points. */
      readonly position?: number
    }
  | ({ readonly kind: 'bad-query'; readonly message: string } & Place)
  | ({ readonly kind: 'bad-glob'; readonly message: string; readonly glob: string } & Place)
  | ({
      readonly kind: 'bad-parameter'
      readonly message: string
      readonly parameter: string
      /** The value that means nothing, of a parameter that is given several. */
      readonly value?: string
    } & Place)
  | {
      readonly kind: 'not-found'
      readonly message: string
      /** The nearest directory that does exist. */
      readonly nearest?: { readonly repository: string; readonly path: string }
      /** A path that a commit may have had, of which git can be asked. */
      readonly past?: { readonly repository: string; readonly path: string }
    }
  | {
      readonly kind: 'busy' | 'rate-limited'
      readonly message: string
      readonly retryAfterSeconds: number
      /** What was asked for is being made: whoever asks again, then, will have it in the end. */
      readonly isUnderway?: true
    }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'internal'; readonly message: string }

/** Where the trouble stands in the text of the box, in UTF-16 units, if it was typed there. */
export interface Place {
  readonly position?: number
  readonly length?: number
}

/** A value, or what the user can be told in its stead. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export const succeeded = <T>(value: T): Result<T> => ({ ok: true, value })
export const failed = (failure: Failure): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure,
})

/** Whether an error's code says that the system is out of descriptors, processes or memory, which passes. */
export const isExhaustion = (code: string): boolean =>
  ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'].includes(code)

/** What is said then. */
export const exhausted: Failure = {
  kind: 'busy',
  message: 'the server is short of resources',
  retryAfterSeconds: 2,
}
