import { setImmediate as turn } from 'node:timers/promises'
import { createBell } from '../bell.ts'

/** So much text is held for a reader that is slow. */
const mostHeld = 65_536

/**
 * Makes one piece of all the text that a source gives in one turn of the event loop: what is written alone costs a
 * system call alone. Nothing waits for more than that turn, nor for it when there is enough, or no more to come.
 * Leaving the loop lets the source go, and waits for it.
 */
export async function* gathered(source: AsyncGenerator<string>): AsyncGenerator<string> {
  let held = ''
  let isOver = false
  let failure: { readonly error: unknown } | undefined
  const more = createBell()
  const enough = createBell()
  const taken = createBell()
  const reading = (async () => {
    try {
      for await (const text of source) {
        held += text
        more.ring()
        if (held.length > mostHeld) enough.ring()
        while (held.length > mostHeld && !isOver) await taken.heard()
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
      if (held === '' && !isOver) await more.heard()
      if (!isOver && held.length <= mostHeld) await Promise.race([turn(), enough.heard()])
      const text = held
      held = ''
      taken.ring()
      if (text !== '') yield text
      if (failure) throw failure.error
      if (isOver && held === '') return
    }
  } finally {
    isOver = true
    taken.ring()
    await source.return(undefined)
    await reading
  }
}
