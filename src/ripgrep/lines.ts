/**
 * ripgrep's output cut into events, one a line, in bounded memory: an event beyond the cap has its long strings
 * elided (what a line says is read from the file itself, see `search/verify.ts`), and what is still too long is cut
 * after the last whole submatch.
 */
export interface EventLine {
  /** One JSON object, without its newline. */
  readonly text: string
  /** Long strings in it were replaced by empty ones. */
  readonly elided: boolean
  /** How many submatches were cut off its list. */
  readonly cut: number
  /** How many bytes the string of its `lines` stands for, if that was elided. */
  readonly lineBytes: number
}

const newline = 0x0a
const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openBrace = 0x7b
const openBracket = 0x5b
const padding = 0x3d
const letterB = 0x62
const letterU = 0x75

/**
 * Which of a match event's strings, keys included, tells how its `lines` travel (`text`, or `bytes` in base64), and
 * which holds them.
 */
const linesKey = 8
const linesValue = 9

/** A string longer than this is elided, in an event that is over the cap. */
const longString = 1_024

/**
 * Yields the lines that each chunk ends, together: a step of a generator costs more than a short line.
 *
 * @param chunks a process's output
 * @param cap bytes of one event that are held
 */
export async function* eventLines(
  chunks: AsyncIterable<Buffer>,
  cap: number,
): AsyncGenerator<readonly EventLine[]> {
  let pieces: Buffer[] = []
  let held = 0
  let eliding: Elision | undefined

  for await (const chunk of chunks) {
    const lines: EventLine[] = []
    let from = 0
    while (from < chunk.length) {
      if (held === 0 && !eliding && chunk.length <= cap) {
        // Nearly always: whole lines, that are decoded at one go.
        const end = chunk.lastIndexOf(newline) + 1
        for (const text of chunk.toString('utf8', from, Math.max(from, end)).split('\n')) {
          if (text !== '') lines.push({ text, elided: false, cut: 0, lineBytes: 0 })
        }
        from = Math.max(from, end)
        if (from === chunk.length) break
      }
      const at = chunk.indexOf(newline, from)
      const piece = chunk.subarray(from, at === -1 ? chunk.length : at)
      from = at === -1 ? chunk.length : at + 1

      if (eliding) eliding.add(piece)
      else {
        pieces.push(piece)
        held += piece.length
        if (held > cap) {
          eliding = createElision(cap)
          for (const earlier of pieces) eliding.add(earlier)
          pieces = []
        }
      }
      if (at === -1) continue

      if (eliding) lines.push(eliding.end())
      else if (held > 0) {
        const text = Buffer.concat(pieces, held).toString()
        lines.push({ text, elided: false, cut: 0, lineBytes: 0 })
      }
      pieces = []
      held = 0
      eliding = undefined
    }
    if (lines.length > 0) yield lines
  }
  // What follows the last newline is an event that was not finished: no event.
}

interface Elision {
  add(piece: Buffer): void
  end(): EventLine
}

/** Copies JSON, leaving out long strings, until the cap is reached; from there on it only counts. */
function createElision(cap: number): Elision {
  const kept = Buffer.allocUnsafe(cap)
  let length = 0
  let full = false
  let inString = false
  let escaped = false
  let stringStart = 0
  let stringLength = 0
  let strings = 0
  /** Of the string of `lines`. */
  const raw = { isBase64: false, length: 0, surplus: 0 }
  /** Outside of strings. */
  let previous = 0
  let submatches = 0
  /** Before the last submatch that was begun: its comma, and the submatches up to there. */
  let whole = { length: 0, submatches: 0 }

  const keep = (byte: number) => {
    full ||= length === cap
    if (!full) kept[length++] = byte
  }

  return {
    add(piece) {
      for (let i = 0; i < piece.length; i++) {
        const byte = piece[i]!
        if (!inString) {
          if (byte === openBrace && (previous === comma || previous === openBracket)) {
            if (!full && previous === comma) whole = { length: length - 1, submatches }
            submatches++
          }
          previous = byte
          keep(byte)
          if (byte === quote) {
            inString = true
            strings++
            stringStart = length
            stringLength = 0
          }
        } else if (byte === quote && !escaped) {
          inString = false
          keep(byte)
        } else {
          if (strings === linesValue) {
            raw.length++
            if (escaped) raw.surplus += byte === letterU ? 5 : 1
            else if (byte === padding && raw.isBase64) raw.surplus++
          } else if (strings === linesKey && stringLength === 0) raw.isBase64 = byte === letterB
          escaped = byte === backslash && !escaped
          stringLength++
          if (stringLength < longString) keep(byte)
          else length = stringStart
        }
      }
    },
    end() {
      const lineBytes = (raw.isBase64 ? (raw.length / 4) * 3 : raw.length) - raw.surplus
      if (!full) return { text: kept.toString('utf8', 0, length), elided: true, cut: 0, lineBytes }
      const text = `${kept.toString('utf8', 0, whole.length)}]}}`
      return { text, elided: true, cut: submatches - whole.submatches, lineBytes }
    },
  }
}
