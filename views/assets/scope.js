// What is around the first line that shows, such as the beginnings of a function and its class, stays on top of the
// code while it is scrolled, a link to each.

const code = document.querySelector('.code')

/** Lines that stay. */
const most = 3

const bar = document.createElement('nav')
bar.className = 'scope'
bar.setAttribute('aria-label', 'Around these lines')
bar.hidden = true

addEventListener('ripline:outline', ({ detail: symbols }) => {
  const rows = code.getElementsByClassName('row')
  let isWaiting = false
  const show = () => {
    isWaiting = false
    showAround(symbols, rows)
  }
  const soon = () => {
    if (!isWaiting) requestAnimationFrame(show)
    isWaiting = true
  }
  code.before(bar)
  addEventListener('scroll', soon, { passive: true })
  addEventListener('resize', soon)
  show()
})

function showAround(symbols, rows) {
  const height = rows.length > 0 ? Number.parseFloat(getComputedStyle(code).lineHeight) : 0
  let around = []
  // What stays hides lines, and so what is around the first that shows can be more, or less.
  for (let lines = 0; lines <= most; lines++) {
    const first = firstBelow(rows, lines * height)
    around = first
      ? symbols.filter(({ line, endLine }) => line < first && first <= endLine).slice(-most)
      : []
    if (around.length <= lines) break
  }
  const wanted = around.map(({ line }) => line)
  if (wanted.join() === bar.dataset.lines) return
  bar.dataset.lines = wanted.join()
  bar.hidden = wanted.length === 0
  bar.replaceChildren(...wanted.flatMap((line) => linkTo(line)))
}

/** The number of the first line that shows below so many pixels of the window; none if the code has not come up to it. */
function firstBelow(rows, top) {
  if (rows.length === 0 || rows[0].getBoundingClientRect().top >= top) return undefined
  let low = 0
  for (let high = rows.length - 1; low < high; ) {
    const middle = (low + high) >> 1
    if (rows[middle].getBoundingClientRect().bottom <= top + 1) low = middle + 1
    else high = middle
  }
  return rows[low].getBoundingClientRect().bottom > top ? Number(rows[low].id.slice(1)) : undefined
}

function linkTo(line) {
  const row = document.getElementById(`L${line}`)
  // It stands on an earlier part of a long file.
  if (!row) return []
  const link = document.createElement('a')
  link.href = `#L${line}`
  const number = document.createElement('span')
  number.className = 'n'
  number.textContent = line
  link.append(number, row.querySelector('code').cloneNode(true))
  return [link]
}
