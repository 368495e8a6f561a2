import { setImmediate as turn } from 'node:timers/promises'

/** So much text is held for a reader that is slow. */
const mostHeld = 65_536

/**
 * Makes one piece of all the text that a source gives in one turn of the event loop: what is written alone costs a
 * system call alone. Nothing waits for more than that turn. Leaving the loop lets the source go, and waits for it.
 */
export async function* gathered(source: AsyncGenerator<string>): AsyncGenerator<string> {
  let held = ''
  let isOver = false
  let failure: { readonly error: unknown } | undefined
  let more = Promise.withResolvers<void>()
  let taken = Promise.withResolvers<void>()
  const reading = (async () => {
    try {
      for await (const text of source) {
        held += text
        more.resolve()
        while (held.length > mostHeld && !isOver) await taken.promise
        if (isOver) break
      }
    } catch (error) {
      failure = { error }
    }
    isOver = true
    more.resolve()
  })()
  try {
    for (;;) {
      await more.promise
      more = Promise.withResolvers()
      if (!isOver) await turn()
      const text = held
      held = ''
      taken.resolve()
      taken = Promise.withResolvers()
      if (text !== '') yield text
      if (failure) throw failure.error
      if (isOver && held === '') return
      if (isOver || held !== '') more.resolve()
    }
  } finally {
    isOver = true
    taken.resolve()
    await source.return(undefined)
    await reading
  }
}
