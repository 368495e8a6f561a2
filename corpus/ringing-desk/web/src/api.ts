import type { Config } from './config.ts'
import { retry } from './retry.ts'
import { formatRing, type Ring } from './rings.ts'

/** One time that a bird was in the hand. */
export interface Encounter {
  /** As in 2024-03-17. */
  readonly day: string
  readonly place: string
  readonly grams: number | null
}

export interface Bird {
  readonly ring: string
  readonly species: string
  readonly latin: string
  readonly encounters: readonly Encounter[]
}

/** The service answered, and the answer was no. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** 429 and 5xx will pass; so will a radio link that is down. Anything else is our own fault. */
function isTransient(error: unknown): boolean {
  return error instanceof ApiError ? error.status === 429 || error.status >= 500 : error instanceof TypeError
}

export function createApi(config: Config) {
  async function request(path: string, init: RequestInit = {}): Promise<unknown> {
    return await retry(
      async () => {
        const response = await fetch(`${config.api}${path}`, {
          ...init,
          signal: AbortSignal.timeout(config.timeoutMs),
        })
        if (!response.ok) throw new ApiError(response.status, await response.text())
        return await response.json()
      },
      { isTransient },
    )
  }

  return {
    /** The bird that wears this ring, or nothing if the ring is still in the drawer. */
    async find(ring: Ring): Promise<Bird | undefined> {
      try {
        return parseBird(await request(`/rings/${encodeURIComponent(formatRing(ring))}`))
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined
        throw error
      }
    },

    /** Enters a recovery. The service recognises a repetition by ring and day, so a retry does no harm. */
    async report(ring: Ring, encounter: Encounter): Promise<void> {
      await request(`/rings/${encodeURIComponent(formatRing(ring))}/encounters`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(encounter),
      })
    },
  }
}

/** Answers come from another program on another island: look before trusting. */
export function parseBird(value: unknown): Bird {
  const bird = value as Bird | null
  if (typeof bird !== 'object' || bird === null) throw new TypeError('not a bird')
  if (typeof bird.ring !== 'string' || typeof bird.species !== 'string' || typeof bird.latin !== 'string') {
    throw new TypeError('a bird without a name')
  }
  if (!Array.isArray(bird.encounters)) throw new TypeError('a bird that was never met')
  return bird
}
