// Keys. Whoever has some adds them to the list when `ripline:keys` asks for those that do something on the page as it
// is now: the same list is obeyed here and shown by view.js, so neither knows of a key that the other does not.
//
//   addEventListener('ripline:keys', ({ detail }) => detail.push({ keys: ['t'], text: 'Find a file', run }))
//
// `run` gets the event; a row without it is listed only, for keys that are obeyed elsewhere. `native` are keys that the
// browser obeys; `isInBox` is for keys that work in the fields of a form, and nowhere else.

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
  if (event.isComposing || event.target.closest('dialog[open]')) return
  const isTyping = event.target.closest('input, select, textarea, [contenteditable]') !== null
  if (!isTyping && document.documentElement.dataset.keys === 'off') return
  const row = listed().find(
    ({ keys, run, isInBox = false }) => run && keys.includes(event.key) && isInBox === isTyping,
  )
  if (!row) return
  event.preventDefault()
  row.run(event)
})

function listed() {
  const detail = []
  dispatchEvent(new CustomEvent('ripline:keys', { detail }))
  return detail
}

const box = () => document.querySelector('form.search input[name="q"]')
const main = () => document.getElementById('main')

const matching = '.row[data-kind="match"] > a.n, .code .row:has(mark) > a.n'

const folded = 'details:not([open])'

/** The numbers of the lines that match, in order, also of those folded away. This asks for no layout: it may be large. */
const matches = () =>
  [...main().querySelectorAll(matching)].filter((link) => link.closest('[hidden]') === null)

/** What is folded away stands where its summary does. */
const topOf = (link) => (link.closest(folded) ?? link).getBoundingClientRect().top

addEventListener('ripline:keys', ({ detail }) => {
  detail.push(
    { keys: ['/'], text: 'To the box', run: focusBox },
    { keys: ['Escape'], text: 'Out of the box', isInBox: true, run: leaveBox },
  )
  if (!main().querySelector(matching)) return
  detail.push(
    { keys: ['j', 'n'], text: 'Next match', run: () => step(1) },
    { keys: ['k', 'p'], text: 'Previous match', run: () => step(-1) },
    { keys: ['o'], native: ['Enter'], text: 'Open the match', run: open },
  )
})

function focusBox() {
  box().focus()
  box().select()
}

function leaveBox({ target }) {
  target.blur()
  main().focus({ preventScroll: true })
}

/** From the line with the focus, or that the address names and is seen; without one, from the top of the window. */
function step(by) {
  const links = matches()
  if (links.length === 0) return
  const row = document.activeElement?.closest('.row') ?? seen(main().querySelector('.row:target'))
  const at = links.findIndex((link) => link.parentElement === row)
  const below = links.findIndex((link) => topOf(link) >= 0)
  const fresh = by > 0 ? (below === -1 ? links.length - 1 : below) : below - 1
  const next = at === -1 ? fresh : at + by
  const link = links[Math.max(0, Math.min(next, links.length - 1))]
  unfold(link)
  // A file may go on with the next match on another of its pages.
  const onward = row?.querySelector(`.hit [rel="${by > 0 ? 'next' : 'prev'}"]`)
  if (link.parentElement === row) onward?.click()
  link.focus({ preventScroll: true })
  link.parentElement.scrollIntoView({ block: 'nearest' })
}

/** Back leads to the match that was left: which one is kept in the history, since the page is made anew. */
addEventListener('click', ({ target }) => {
  const link = target.closest?.('a.n, .file h2 a')
  const file = link?.closest('section.file')
  if (!file || !main().contains(file)) return
  const { repo, path } = file.dataset
  const line = link.closest('.row')?.dataset.line
  history.replaceState({ ...history.state, left: { repo, path, line } }, '')
})

addEventListener('ripline:answer', () => {
  const { left } = history.state ?? {}
  if (!left || document.activeElement !== document.body) return
  const { repo, path, line } = left
  const file = `section.file[data-repo="${CSS.escape(repo)}"][data-path="${CSS.escape(path)}"]`
  const link = main().querySelector(`${file} ${line ? `.row[data-line="${line}"] > a.n` : 'h2 a'}`)
  if (!link) return
  unfold(link)
  link.focus({ preventScroll: true })
})

function unfold(link) {
  for (let at = link.closest(folded); at; at = link.closest(folded)) at.open = true
}

function seen(row) {
  const { top, bottom } = row?.getBoundingClientRect() ?? {}
  return top < innerHeight && bottom > 0 ? row : undefined
}

function open() {
  document.activeElement?.closest('.row')?.querySelector('a.n').click()
}
