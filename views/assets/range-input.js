// Lines are selected by a click on a number, shift-click, drag, or keys. What is selected is told by `ripline:select`
// on window, and kept by range.js.

const bar = () => document.querySelector('.range-bar')
const lineOf = (row) => Number(row.id.slice(1))

/** The number of a line in the code of a file's page, if that is what was met. */
const numberAt = (target) =>
  target instanceof Element && bar() ? target.closest('.code[data-count] .row > a.n') : null

/** The line from which a range is extended: the one that was chosen first, or the first one of the address. */
let anchor

const first = () => Number(/^\d+/.exec(bar().dataset.ranges)?.[0] ?? 0)

function tell(detail) {
  dispatchEvent(new CustomEvent('ripline:select', { detail }))
}

const select = (a, b, isDone = true) => tell({ from: Math.min(a, b), to: Math.max(a, b), isDone })

function selectOne(line) {
  anchor = line
  select(line, line)
}

function extendTo(line) {
  anchor ??= first() || line
  select(anchor, line)
}

function clear() {
  const row = document.getElementById(`L${first()}`)
  anchor = undefined
  tell({ isDone: true })
  row?.querySelector('.n').focus({ preventScroll: true })
}
addEventListener('hashchange', () => {
  anchor = undefined
})

/** Whether the next number ends the range: how one is selected without a second key, as by touch. */
const extendButton = () => bar().querySelector('[data-extend]')
const isExtending = () => extendButton().getAttribute('aria-pressed') === 'true'

addEventListener('click', (event) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey) return
  const number = numberAt(event.target)
  if (number) {
    event.preventDefault()
    const line = lineOf(number.parentElement)
    if (event.shiftKey || isExtending()) extendTo(line)
    else selectOne(line)
    extendButton().setAttribute('aria-pressed', 'false')
    // What was selected is not hidden behind the bar.
    number.parentElement.scrollIntoView({ block: 'nearest' })
  } else if (event.target.closest?.('.range-bar [data-extend]')) {
    extendButton().setAttribute('aria-pressed', String(!isExtending()))
  } else if (event.target.closest?.('.range-bar [data-clear]')) {
    clear()
  }
})

let drag

addEventListener('pointerdown', (event) => {
  const { button, pointerType, ctrlKey, metaKey, shiftKey, altKey } = event
  const number = numberAt(event.target)
  if (!number || button !== 0 || pointerType !== 'mouse') return
  if (ctrlKey || metaKey || shiftKey || altKey) return
  const line = lineOf(number.parentElement)
  drag = { from: line, to: line, x: event.clientX, isMoved: false }
})
addEventListener('pointermove', ({ clientY }) => {
  if (!drag) return
  const row = document.elementFromPoint(drag.x, clientY)?.closest('.code[data-count] .row')
  if (!row || lineOf(row) === drag.to) return
  drag.to = lineOf(row)
  drag.isMoved = true
  select(drag.from, drag.to, false)
  const next = clientY > innerHeight / 2 ? row.nextElementSibling : row.previousElementSibling
  next?.scrollIntoView({ block: 'nearest' })
})
for (const type of ['pointerup', 'pointercancel']) {
  addEventListener(type, () => {
    const { from, to, isMoved } = drag ?? {}
    drag = undefined
    if (!isMoved) return
    anchor = from
    select(from, to)
  })
}
// Neither is the link dragged away, nor text selected on the way.
addEventListener('dragstart', (event) => {
  if (numberAt(event.target)) event.preventDefault()
})
addEventListener('selectstart', (event) => {
  if (drag) event.preventDefault()
})
addEventListener('mousedown', (event) => {
  const number = event.shiftKey && numberAt(event.target)
  if (!number) return
  event.preventDefault()
  number.focus({ preventScroll: true })
})

addEventListener('keydown', (event) => {
  const number = numberAt(event.target)
  if (!number || !event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return
  const row = number.parentElement
  const to = { Enter: row, ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }
  const next = Object.hasOwn(to, event.key) && to[event.key]
  if (!next) return
  event.preventDefault()
  if (!first()) anchor = lineOf(row)
  extendTo(lineOf(next))
  next.querySelector('.n').focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
})

addEventListener('ripline:keys', ({ detail }) => {
  if (!bar()) return
  detail.push(
    { keys: [], native: ['Enter'], text: 'Select the line whose number has the focus' },
    { keys: [], native: ['Shift+Enter'], text: 'Select from there to this line' },
    { keys: [], native: ['Shift+↓', 'Shift+↑'], text: 'Select a line more, or less' },
  )
  if (first()) detail.push({ keys: ['Escape'], text: 'Select no lines', run: clear })
})
