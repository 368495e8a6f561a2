/** The size of a ring, from A (goldcrest) to E (swan). */
export type RingSize = 'A' | 'B' | 'C' | 'D' | 'E'

/** A ring number that has been checked. */
export interface Ring {
  readonly scheme: 'SKR'
  readonly size: RingSize
  /** Five digits, with leading zeros. */
  readonly serial: string
}

/** Why a ring number was refused, in words for the finder. */
export class RingError extends Error {
  override name = 'RingError'
}

const pattern = /^SKR([A-E])(\d{5})([\dX])$/

/**
 * Reads a ring number as people type it: in any case, with or without blanks and dashes.
 *
 * @throws {RingError} if it cannot be a ring of ours, or if the check digit says that it was misread
 */
export function parseRing(text: string): Ring {
  const packed = text.toUpperCase().replaceAll(/[\s\u2010-\u2015-]/g, '')
  if (!packed.startsWith('SKR')) {
    throw new RingError('Our rings begin with SKR. Other schemes are listed at https://euring.example.org/.')
  }
  const match = pattern.exec(packed)
  if (!match) throw new RingError('A ring number looks like SKR A04127-7.')
  const [, size, serial, check] = match as unknown as [string, RingSize, string, string]
  if (check !== checkDigit(size, serial)) {
    throw new RingError('One of the digits must be wrong. Turn the ring to the light and read it again.')
  }
  return { scheme: 'SKR', size, serial }
}

/** Writes a ring number as it is stamped. */
export function formatRing({ scheme, size, serial }: Ring): string {
  return `${scheme} ${size}${serial}-${checkDigit(size, serial)}`
}

/** The weights fall towards the end, so that swapping two neighbours changes the sum. */
export function checkDigit(size: RingSize, serial: string): string {
  let sum = 7 * (size.charCodeAt(0) - 64)
  for (let i = 0; i < 5; i++) sum += (6 - i) * Number(serial[i])
  const rest = sum % 11
  return rest === 10 ? 'X' : String(rest)
}

/** A line of the field notebook: a species, and how many. */
export interface Sighting {
  readonly species: string
  readonly count: number
  readonly remark: string
}

/**
 * Reads a line such as `🐦 wren 2` or `🦉🦉 owl`. Emoji of birds in front count unless a number does; what follows
 * the number is a remark.
 */
export function parseSighting(line: string): Sighting | undefined {
  const match = /^\s*((?:\p{Extended_Pictographic}\uFE0F?\s*)*)(\p{L}[\p{L}' -]*?)\s*(?:(\d+)\s*(.*))?$/u.exec(line)
  if (!match) return undefined
  const [, birds = '', species = '', count, remark = ''] = match
  const emoji = [...birds.matchAll(/\p{Extended_Pictographic}/gu)].length
  return { species: species.toLowerCase(), count: Number(count ?? Math.max(1, emoji)), remark: remark.trim() }
}
