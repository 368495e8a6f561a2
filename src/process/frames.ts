/** What two of our processes tell each other: a value that JSON can say, and blocks of memory as they stand. */
export interface Frame<T> {
  readonly head: T
  readonly blocks: readonly Uint8Array[]
}

/** A frame as it travels: a line of JSON with the sizes of the blocks, and behind it the blocks. */
export function encodeFrame<T>({ head, blocks }: Frame<T>): readonly Uint8Array[] {
  const sizes = blocks.map(({ length }) => length)
  return [Buffer.from(`${JSON.stringify({ head, sizes })}\n`), ...blocks]
}

/** A frame is larger than whoever reads it takes. */
export class FrameTooLarge extends Error {}

/**
 * The frames in a stream; what is cut off at its end is dropped.
 *
 * @param mostBytes of one frame, its line and its blocks together
 * @throws FrameTooLarge before it is held, and any error for what is no frame
 */
export async function* decodeFrames<T>(
  stream: AsyncIterable<Uint8Array>,
  mostBytes = Infinity,
): AsyncGenerator<Frame<T>> {
  const line: Uint8Array[] = []
  let lineBytes = 0
  let frame: Frame<T> | undefined
  /** Of the block that is being filled. */
  let nth = 0
  let filled = 0
  for await (let rest of stream) {
    while (rest.length > 0) {
      const block = frame?.blocks[nth]
      if (block) {
        const part = rest.subarray(0, block.length - filled)
        block.set(part, filled)
        filled += part.length
        rest = rest.subarray(part.length)
      } else {
        const end = rest.indexOf(0x0a)
        const part = end === -1 ? rest : rest.subarray(0, end)
        line.push(part)
        lineBytes += part.length
        if (lineBytes > mostBytes) throw new FrameTooLarge()
        if (end === -1) break
        rest = rest.subarray(end + 1)
        frame = emptyFrame(Buffer.concat(line.splice(0)).toString(), mostBytes - lineBytes)
        lineBytes = 0
        nth = 0
        filled = 0
      }
      while (frame && filled === (frame.blocks[nth]?.length ?? filled)) {
        if (nth >= frame.blocks.length) {
          yield frame
          frame = undefined
        } else {
          nth++
          filled = 0
        }
      }
    }
  }
}

/** A frame from its first line, its blocks still to be filled. */
function emptyFrame<T>(line: string, mostBytes: number): Frame<T> {
  const { head, sizes } = JSON.parse(line) as { head: T; sizes: readonly number[] }
  if (sizes.reduce((sum, size) => sum + size, 0) > mostBytes) throw new FrameTooLarge()
  return { head, blocks: sizes.map((size) => new Uint8Array(size)) }
}
