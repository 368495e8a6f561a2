// Opens in place what a result leaves out: lines between, above and below those that are shown, and the whole of a long
// line. Without this file the same links lead to the file's page.

const step = 10

/** A gap of so many lines is opened at once. */
const few = 30

const told = document.createElement('p')
told.className = 'hidden'
told.setAttribute('role', 'status')
document.body.append(told)

addEventListener('click', (event) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  if (!(event.target instanceof Element)) return
  const control = event.target.closest('.gap a, .gap button, a.whole')
  if (!control?.closest('.file[data-lines]')) return
  event.preventDefault()
  if (control.matches('.whole')) void wholeLine(control)
  else void open(control.closest('.gap'), control)
})

// The smaller steps are offered where somebody is, and not a thousand times.
for (const type of ['pointerover', 'focusin']) {
  addEventListener(type, (event) => {
    const gap = event.target instanceof Element && event.target.closest('.file[data-lines] .gap')
    if (gap && !gap.querySelector('button')) offerSteps(gap)
  })
}

/** Which ways a gap can be opened: downwards from the line above it, upwards from the line below. */
function waysOf(gap) {
  if (gap.parentElement.matches('.lines')) return ['down', 'up']
  return gap.nextElementSibling?.matches('.lines') ? ['up'] : ['down']
}

const rangeOf = ({ dataset }) => [Number(dataset.from), Number(dataset.to)]

function offerSteps(gap) {
  const [from, to] = rangeOf(gap)
  if (to === from) return
  for (const way of waysOf(gap)) {
    const arrow = way === 'down' ? '↓' : '↑'
    for (const [what, name] of [
      ['1', '1 line'],
      [String(step), `${step} lines`],
      ['function', 'the whole function'],
    ]) {
      const button = document.createElement('button')
      button.type = 'button'
      button.dataset.way = way
      button.dataset.what = what
      button.textContent = `${arrow} ${what}`
      const edge = way === 'down' ? `below line ${from - 1}` : `above line ${to + 1}`
      button.setAttribute('aria-label', `${name} ${edge}`)
      gap.append(button)
    }
  }
}

async function open(gap, control) {
  if (gap.hasAttribute('aria-busy')) return
  gap.setAttribute('aria-busy', 'true')
  try {
    const { way, what } = control.dataset
    const [from, to] = rangeOf(gap)
    const isAll = !way && to - from < few
    for (const one of isAll ? waysOf(gap).slice(0, 1) : way ? [way] : waysOf(gap)) {
      await openWay(gap, one, isAll ? few : (what ?? step))
    }
  } catch {
    location.assign(gap.querySelector('a').href)
  } finally {
    gap.removeAttribute('aria-busy')
  }
}

async function openWay(gap, way, what) {
  const [from, to] = rangeOf(gap)
  if (from > to) return
  const most = what === 'function' ? to - from + 1 : Number(what)
  const range =
    way === 'down' ? [from, Math.min(to, from + most - 1)] : [Math.max(from, to - most + 1), to]
  const query = { from: range[0], to: range[1] }
  if (what === 'function') query.block = way === 'down' ? from - 1 : to + 1
  const { rows, count } = await fetchRows(gap.closest('.file').dataset.lines, query)
  const focused = gap.contains(document.activeElement)
  insert(gap, way, rows)
  const [first, last] =
    way === 'down' ? [from + rows.length, Math.min(to, count)] : [from, to - rows.length]
  told.textContent =
    rows.length > 0 ? `${rows.length} lines opened` : 'The function has no more lines'
  if (first > last) {
    gap.remove()
    if (focused) rows[0]?.querySelector('.n').focus({ preventScroll: true })
    return
  }
  gap.dataset.from = String(first)
  gap.dataset.to = String(last)
  const link = gap.querySelector('a')
  const lines = last - first === 0 ? '1 line' : `${(last - first + 1).toLocaleString('en')} lines`
  link.textContent = `⋯ ${lines}`
  link.setAttribute('aria-label', `${lines} from line ${first}`)
  link.href = link.href.replace(/#L\d+$/, `#L${first}`)
  for (const button of gap.querySelectorAll('button')) {
    const edge =
      button.dataset.way === 'down' ? `below line ${first - 1}` : `above line ${last + 1}`
    button.setAttribute(
      'aria-label',
      button.getAttribute('aria-label').replace(/ (below|above) line \d+$/, ` ${edge}`),
    )
  }
}

async function fetchRows(url, query) {
  const address = new URL(url, location.href)
  for (const [name, value] of Object.entries({ ...query, format: 'html' })) {
    address.searchParams.set(name, String(value))
  }
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${answer.status}`)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  return {
    rows: [...page.querySelectorAll('.row')],
    count: Number(page.querySelector('.lines').dataset.count),
  }
}

function insert(gap, way, rows) {
  if (rows.length === 0) return
  const inLines = gap.parentElement.matches('.lines')
  if (way === 'down') {
    if (inLines) gap.before(...rows)
    else linesBefore(gap).append(...rows)
    return
  }
  // What is being read stands below what comes in.
  const below = inLines ? gap.nextElementSibling : gap.nextElementSibling.firstElementChild
  const root = document.documentElement
  root.style.overflowAnchor = 'none'
  const before = below.getBoundingClientRect().top
  below.before(...rows)
  scrollBy({ top: below.getBoundingClientRect().top - before, behavior: 'instant' })
  requestAnimationFrame(() => root.style.removeProperty('overflow-anchor'))
}

/** The lines that end where a gap begins; behind some that are folded away, new ones. */
function linesBefore(gap) {
  const before = gap.previousElementSibling
  if (before?.matches('.lines')) return before
  const lines = document.createElement('div')
  lines.className = 'lines'
  gap.before(lines)
  return lines
}

async function wholeLine(link) {
  const row = link.closest('.row')
  try {
    const { rows } = await fetchRows(link.dataset.url, {})
    const code = rows[0].querySelector('code')
    row.querySelector('code').replaceWith(code)
    link.remove()
    told.textContent = `Line ${row.dataset.line} is shown whole`
    row.querySelector('.n').focus({ preventScroll: true })
  } catch {
    location.assign(link.href)
  }
}
