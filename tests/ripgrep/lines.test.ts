import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EventLine, eventLines } from '../../src/ripgrep/lines.ts'

/** For a longer run: LINES_RUNS=20000 npx vitest run tests/ripgrep */
const numRuns = Number(process.env.LINES_RUNS ?? 100)
const timeout = 30_000 + numRuns * 100

async function* chunked(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    yield bytes.subarray(from, end)
    from = end
  }
}

async function linesOf(bytes: Buffer, cap: number, cuts: readonly number[] = []) {
  const lines: EventLine[] = []
  for await (const some of eventLines(chunked(bytes, cuts), cap)) lines.push(...some)
  return lines
}

/** Text that is awkward in JSON, up to some thousand bytes of it. */
const text = fc
  .tuple(
    fc.array(
      fc.constantFrom('"', '\\', '\\"', '},{"match":', '{', '}', '\n', 'é', '😀', '\u0001', 'ab'),
    ),
    fc.constantFrom(1, 1, 1, 1, 40, 300),
  )
  .map(([parts, times]) => parts.join('').repeat(times))

/** An event as ripgrep writes it. */
const event = fc
  .record({
    type: fc.constant('match'),
    path: text.map((path) => path.slice(0, 100)),
    lines: text,
    submatches: fc.array(
      fc
        .tuple(text, fc.nat(), fc.nat())
        .map(([match, start, end]) => ({ match: { text: match }, start, end })),
      { maxLength: 20 },
    ),
    more: fc.constantFrom(0, 0, 0, 30, 500),
  })
  .map(({ type, path, lines, submatches, more }) => ({
    type,
    data: {
      path: { text: path },
      lines: { text: lines },
      line_number: 7,
      absolute_offset: 123,
      submatches: [
        ...submatches,
        ...Array.from({ length: more }, (_, i) => ({
          match: { text: 'e{"' },
          start: i,
          end: i + 1,
        })),
      ],
    },
  }))

const wire = (events: readonly object[]) =>
  Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''))

describe('output that is cut into events', () => {
  it('is the same however the bytes arrive', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 4 }),
        fc.integer({ min: 4_096, max: 20_000 }),
        fc.array(fc.nat(100_000), { maxLength: 30 }),
        async (events, cap, cuts) => {
          const bytes = wire(events)
          expect(await linesOf(bytes, cap, cuts)).toEqual(await linesOf(bytes, cap))
        },
      ),
      { numRuns },
    )
  })

  it('holds each event whole, if it is not over the cap', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 4 }), async (events) => {
        const lines = await linesOf(wire(events), 1 << 24)
        expect(lines.map(({ text }) => JSON.parse(text))).toEqual(events)
        expect(lines.every(({ elided, cut }) => !elided && cut === 0)).toBe(true)
      }),
      { numRuns },
    )
  })

  it('holds of an event over the cap what is not too long, and counts the rest', {
    timeout,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(event, fc.integer({ min: 4_096, max: 20_000 }), async (event, cap) => {
        const whole = wire([event])
        const [line] = await linesOf(whole, cap)
        expect(line!.elided).toBe(whole.length - 1 > cap)
        if (!line!.elided) return
        expect(Buffer.byteLength(line!.text)).toBeLessThanOrEqual(cap + 10)
        const { type, data } = JSON.parse(line!.text)
        const short = (text: string) => (JSON.stringify(text).length - 2 < 1_024 ? text : '')
        const { path, lines, submatches, ...numbers } = event.data
        expect({ type, ...numbers }).toEqual({
          type: event.type,
          line_number: data.line_number,
          absolute_offset: data.absolute_offset,
        })
        if (isAscii(lines.text)) expect(data.lines.text).toBe(short(lines.text))
        expect(line!.lineBytes).toBe(Buffer.byteLength(lines.text))
        expect(data.path.text).toBe(path.text)
        expect(data.submatches.length + line!.cut).toBe(submatches.length)
        for (const [i, { start, end }] of data.submatches.entries()) {
          expect({ start, end }).toEqual({ start: submatches[i]!.start, end: submatches[i]!.end })
        }
      }),
      { numRuns },
    )
  })

  const isAscii = (text: string) => Buffer.byteLength(text) === text.length

  it('is held in bounded memory, though a line never ends', async () => {
    async function* endless() {
      const chunk = Buffer.alloc(1 << 20, '"x",')
      for (let i = 0; i < 200; i++) yield chunk
    }
    const before = process.memoryUsage().arrayBuffers
    for await (const _ of eventLines(endless(), 1 << 20)) throw new Error('there is no line')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20)
  })

  it.each<[string, string[]]>([
    ['', []],
    ['\n\n', []],
    ['{}\n', ['{}']],
    ['{}\n{"half', ['{}']],
    ['{}', []],
  ])('%j are %j', async (bytes, expected) => {
    const lines = await linesOf(Buffer.from(bytes), 4_096)
    expect(lines.map(({ text }) => text)).toEqual(expected)
  })
})
