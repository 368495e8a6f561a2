import { setImmediate as turn } from 'node:timers/promises'
import { createBell } from '../bell.ts'

/** So much text is held for a reader that is slow. */
const mostHeld = 16_384

/**
 * Makes one piece, in UTF-8, of all the text that a source gives in one turn of the event loop: what is written alone
 * costs a system call alone. Nothing waits for more than that turn, nor for it when there is enough, or no more to
 * come. Leaving the loop lets the source go, and waits for it.
 *
 * @param end is put behind each text
 */
export async function* gathered(source: AsyncGenerator<string>, end = ''): AsyncGenerator<Buffer> {
  let held: string[] = []
  let length = 0
  let isOver = false
  let failure: { readonly error: unknown } | undefined
  const more = createBell()
  const enough = createBell()
  const taken = createBell()
  const reading = (async () => {
    try {
      for await (const text of source) {
        held.push(text, end)
        length += text.length
        more.ring()
        if (length > mostHeld) enough.ring()
        while (length > mostHeld && !isOver) await taken.heard()
        if (isOver) break
      }
    } catch (error) {
      failure = { error }
    }
    isOver = true
    more.ring()
    enough.ring()
  })()
  try {
    for (;;) {
      if (length === 0 && !isOver) await more.heard()
      if (!isOver && length <= mostHeld) await Promise.race([turn(), enough.heard()])
      const bytes = bytesOf(held)
      held = []
      length = 0
      taken.ring()
      if (bytes.length > 0) yield bytes
      if (failure) throw failure.error
      if (isOver && length === 0) return
    }
  } finally {
    isOver = true
    taken.ring()
    await source.return(undefined)
    await reading
  }
}

/** To join them as one text first would be to hold all of it once more. */
function bytesOf(texts: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0))
  let at = 0
  for (const text of texts) at += bytes.write(text, at)
  return bytes
}
