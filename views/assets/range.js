// The lines that are selected on a file's page, by the address or by range-input.js. The address is always the link to
// them; nothing is added to the history. Without this file the server paints `?L=10-20`.
//
// Takes a selection by `ripline:select` on window, and tells of each by `ripline:range`; `dataset.ranges` of the bar
// below the code has it as `?L=` says it. A column is 1-based; that of an end is the one behind it.

const bar = () => document.querySelector('.range-bar')
const code = () => document.querySelector('.code[data-count]')
const rowOf = (line) => document.getElementById(`L${line}`)
const lineOf = (row) => Number(row.id.slice(1))

let ranges = []

const spelling = /^L?(\d{1,9})(?:[C:](\d{1,9}))?(?:-L?(\d{1,9})(?:[C:](\d{1,9}))?)?$/i

/** `L10-L20`, `10-20,30`, `L10C5-L20C3` and their like; `undefined` for what are no lines. */
function parse(text) {
  const parsed = text.split(',').map((one) => {
    const [, from, left = 0, to = from, right = 0] = spelling.exec(one) ?? []
    if (!(from > 0 && to > 0)) return undefined
    const ends = [
      { line: Number(from), column: Number(left) },
      { line: Number(to), column: Number(right) },
    ].sort((a, b) => a.line - b.line || a.column - b.column)
    const range = { from: ends[0].line, to: ends[1].line }
    const isText = left > 0 && right > 0 && !(from === to && left === right)
    return isText ? { ...range, columns: [ends[0].column, ends[1].column] } : range
  })
  return parsed.every(Boolean) && parsed.length <= 100 ? parsed : undefined
}

/** @param mark what stands before each number: `L` in a fragment, nothing in `?L=` */
const format = (mark, all) =>
  all
    .map(({ from, to, columns }) => {
      if (columns) return `${mark}${from}C${columns[0]}-${mark}${to}C${columns[1]}`
      return from === to ? `${mark}${from}` : `${mark}${from}-${mark}${to}`
    })
    .join(',')

function inWords(all) {
  const text = all.map(({ from, to }) => (from === to ? `line ${from}` : `lines ${from}–${to}`))
  return text.join(', ').replace(/^l/, 'L')
}

/** Reads what the address selects, as the server and the browser have found it. */
function readAddress() {
  if (!bar() || !code()) return
  let hash = ''
  try {
    hash = decodeURIComponent(location.hash.slice(1))
  } catch {
    return
  }
  const painted = parse(bar().dataset.ranges)
  const named = parse(hash)
  const isOfPainted = named && painted && format('', named) === String(painted[0].from)
  if (painted && (hash === '' || isOfPainted)) {
    show(painted)
    if (hash === '') rowOf(painted[0].from)?.scrollIntoView()
  } else if (named) {
    goTo(named)
  }
}

function goTo(named) {
  const first = rowOf(named[0].from)
  if (!first && document.querySelector('.pages')) {
    const url = new URL(location.href)
    const wanted = format('', named)
    if (url.searchParams.get('L') === wanted) return
    for (const name of ['h', 'now', 'column', 'from']) url.searchParams.delete(name)
    url.searchParams.set('L', wanted)
    url.hash = format('L', named)
    // A comma and a colon may stand as they are, and are easier to read so.
    location.replace(url.href.replaceAll('%2C', ','))
    return
  }
  tellBeyond(named)
  if (!first) return
  show(named)
  writeAddress()
  // The browser knows the spelling `#L10` only.
  if (!first.matches(':target')) first.scrollIntoView()
}

function tellBeyond(all) {
  const count = Number(code().dataset.count)
  const behind = all.find(({ to }) => to > count)
  if (!behind) return
  const note = document.getElementById('drift') ?? document.createElement('p')
  Object.assign(note, { className: 'note drift', id: 'drift' })
  note.setAttribute('role', 'status')
  const lines = count === 1 ? '1 line' : `${count.toLocaleString('en')} lines`
  note.textContent = `This file has ${lines}; there is no line ${behind.from > count ? behind.from : behind.to}.`
  code().before(note)
}

/** Paints and tells; the address is another matter. */
function show(all) {
  ranges = all
  paint(all)
  const { dataset } = bar()
  const isOther = dataset.ranges !== format('', all)
  dataset.ranges = format('', all)
  bar().hidden = all.length === 0
  if (isOther) {
    bar().querySelector('.where').textContent = inWords(all)
    bar().querySelector('.where').href = all.length > 0 ? `#${format('L', all)}` : '#main'
    bar().querySelector('.was').textContent = ''
  }
  dispatchEvent(new CustomEvent('ripline:range', { detail: { isOther } }))
}

function paint(all) {
  code().dataset.ranged = ''
  for (const row of code().querySelectorAll('.row.in-range')) {
    row.classList.remove('in-range')
    row.querySelector('.n').removeAttribute('aria-current')
  }
  for (const text of code().querySelectorAll('span.range')) text.replaceWith(...text.childNodes)
  const shown = code().querySelectorAll('.row')
  if (shown.length === 0) return
  const [first, last] = [lineOf(shown[0]), lineOf(shown[shown.length - 1])]
  for (const { from, to } of all) {
    for (let line = Math.max(from, first); line <= Math.min(to, last); line++) {
      const row = shown[line - first]
      row.classList.add('in-range')
      row.querySelector('.n').setAttribute('aria-current', 'true')
    }
  }
  paintText(all)
}

/** The text between two columns, where the browser can mark it without a change to the document. */
function paintText(all) {
  if (!globalThis.CSS?.highlights) return
  const marked = new Highlight()
  for (const { from, to, columns } of all) {
    if (!columns) continue
    // Line by line, since the numbers stand between them.
    for (let line = from; line <= to; line++) {
      const begin = placeOf(line, line === from ? columns[0] : 1)
      const end = placeOf(line, line === to ? columns[1] : Number.POSITIVE_INFINITY)
      if (!begin || !end) continue
      const text = document.createRange()
      text.setStart(...begin)
      text.setEnd(...end)
      marked.add(text)
    }
  }
  CSS.highlights.set('ripline-range', marked)
}

/** A column as a place in the document; none in a line of which only a part is shown. */
function placeOf(line, column) {
  const of = rowOf(line)?.querySelector('code')
  if (!of || of.firstElementChild?.matches('.note')) return undefined
  let rest = column - 1
  let last
  for (const node of textsIn(of)) {
    if (rest <= node.length) return [node, rest]
    rest -= node.length
    last = [node, node.length]
  }
  return last
}

function* textsIn(of) {
  const walker = document.createTreeWalker(of, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest('.note')) yield walker.currentNode
  }
}

/** The link to what is selected now: what the link that led here remembers goes with its lines. */
function writeAddress() {
  const url = new URL(location.href)
  for (const name of ['L', 'h', 'now', 'column']) url.searchParams.delete(name)
  if (document.querySelector('.pages') && ranges.length > 0) {
    url.searchParams.delete('from')
    url.searchParams.set('L', format('', ranges))
  }
  url.hash = format('L', ranges)
  history.replaceState(history.state, '', url.href.replaceAll('%2C', ',').replace(/#$/, ''))
}

/** What pointer and keys select; `isDone` is not yet so while a pointer is being dragged. */
addEventListener('ripline:select', ({ detail: { from, to, isDone } }) => {
  const all = from === undefined ? [] : [{ from, to }]
  if (!isDone) return paint(all)
  show(all)
  writeAddress()
})

addEventListener('hashchange', readAddress)
readAddress()
