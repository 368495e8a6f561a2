import { decodeFrames, encodeFrame, type Frame } from './frames.ts'
import type { Asked, Told } from './worker.ts'

/**
 * What a worker's process does: answers the requests that come, one after the other, until there are no more. If
 * `answer` throws, the process ends.
 */
export async function serve<Request, Answer>(
  answer: (request: Frame<Request>) => Frame<Answer> | Promise<Frame<Answer>>,
): Promise<void> {
  tell({ nth: 0 })
  for await (const { head, blocks } of decodeFrames<Asked<Request>>(process.stdin)) {
    const answered = await answer({ head: head.request, blocks })
    tell({ nth: head.nth, answer: answered.head }, answered.blocks)
  }
}

function tell<Answer>(head: Told<Answer>, blocks: readonly Uint8Array[] = []): void {
  for (const part of encodeFrame({ head, blocks })) process.stdout.write(part)
}
