import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeFrames, encodeFrame, type Frame, FrameTooLarge } from '../../src/process/frames.ts'

const frame: fc.Arbitrary<Frame<unknown>> = fc.record({
  head: fc.jsonValue(),
  blocks: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
})

/** The bytes in pieces, of sizes that are taken in turn. */
async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const pieces = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 })

async function all(stream: AsyncIterable<Uint8Array>, mostBytes?: number) {
  const found: Frame<unknown>[] = []
  for await (const one of decodeFrames<unknown>(stream, mostBytes)) found.push(one)
  return found
}

it('frames arrive as they were sent, however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 4 }), pieces, async (frames, sizes) => {
      const bytes = Buffer.concat(frames.flatMap((one) => encodeFrame(one)))
      const as = frames.map(({ head, blocks }) => ({
        head: JSON.parse(JSON.stringify(head)),
        blocks,
      }))
      expect(await all(cut(bytes, sizes))).toEqual(as)
    }),
  )
})

it('a frame is taken up to its limit, and refused over it, however small the one before', async () => {
  await fc.assert(
    fc.asyncProperty(frame, pieces, async (one, sizes) => {
      const least = encodeFrame({ head: 0, blocks: [] })
      const bytes = Buffer.concat([...least, ...encodeFrame(one)])
      // The line's end is not counted.
      const most = Buffer.concat([...encodeFrame(one)]).length - 1
      fc.pre(most > least[0]!.length)
      expect(await all(cut(bytes, sizes), most)).toHaveLength(2)
      await expect(all(cut(bytes, sizes), most - 1)).rejects.toThrow(FrameTooLarge)
    }),
  )
})
