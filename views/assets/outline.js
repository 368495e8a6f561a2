// The outline of a file beside its code: fetched when the page is there, narrowed by typing, and marked where one reads.
// `ripline:outline` tells others on the page what was found; `ripline:keys` has a key for it.

const outline = document.querySelector('.outline')
const code = document.querySelector('.code')
const wide = matchMedia('(min-width: 1100px)')

/** A list of so many can be narrowed. */
const many = 12

/** Where on the window one reads: a line that is linked to stands there. */
const readingPlace = 0.3

if (outline && code) void begin()

async function begin() {
  if (!outline.querySelector('.symbols, nav > .note:not(:has(a))') && !(await fill())) return
  outline.dataset.filled = ''
  // On a narrow page it stands above the code, and would push it away.
  outline.open = wide.matches || new URL(location.href).searchParams.get('outline') === '1'
  wide.addEventListener('change', () => {
    outline.open = wide.matches
  })
  const links = [...outline.querySelectorAll('.symbols a')]
  if (links.length === 0) return
  // The page may have been asked for with more than the path, and is not to be loaded again.
  for (const link of links) {
    const { hash } = new URL(link.href)
    if (document.getElementById(hash.slice(1))) link.setAttribute('href', hash)
  }
  if (links.length > many) addFilter(links)
  const symbols = links.map(({ dataset }) => ({
    line: Number(dataset.line),
    endLine: Number(dataset.end),
  }))
  followReading(links, symbols)
  // Those that listen may not have been loaded yet.
  await new Promise((resolve) => setTimeout(resolve))
  dispatchEvent(new CustomEvent('ripline:outline', { detail: symbols }))
}

async function fill() {
  const nav = outline.querySelector('nav')
  try {
    const url = new URL(outline.dataset.url, location.href)
    url.searchParams.set('format', 'html')
    const answer = await fetch(url)
    if (!answer.ok) throw new Error(`${answer.status}`)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    nav.replaceChildren(...page.body.childNodes)
    return true
  } catch {
    // The link that was there leads to it; whoever leaves the page needs none.
    outline.dataset.filled = ''
    return false
  }
}

function addFilter(links) {
  const input = document.createElement('input')
  input.type = 'search'
  input.placeholder = 'Filter'
  input.setAttribute('aria-label', 'Filter the outline')
  input.autocomplete = 'off'
  input.spellcheck = false
  const status = document.createElement('p')
  status.className = 'hidden'
  status.setAttribute('role', 'status')
  input.addEventListener('input', () => {
    const wanted = input.value.trim().toLowerCase()
    let shown = 0
    for (const link of links) {
      const isShown = link.querySelector('.name').textContent.toLowerCase().includes(wanted)
      link.parentElement.hidden = !isShown
      if (isShown) shown++
    }
    status.textContent = wanted === '' ? '' : `${shown} of ${links.length}`
  })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') links.find(({ parentElement }) => !parentElement.hidden)?.click()
  })
  outline.querySelector('nav').prepend(input, status)
}

function followReading(links, symbols) {
  const rows = code.getElementsByClassName('row')
  let current
  let isWaiting = false
  const mark = () => {
    isWaiting = false
    const line = lineRead(rows)
    const link = links[symbols.findLastIndex((one) => one.line <= line && line <= one.endLine)]
    if (link === current) return
    current?.removeAttribute('aria-current')
    link?.setAttribute('aria-current', 'location')
    current = link
    if (link && wide.matches && !outline.matches(':hover, :focus-within')) keepInView(link)
  }
  const soon = () => {
    if (!isWaiting) requestAnimationFrame(mark)
    isWaiting = true
  }
  for (const type of ['scroll', 'resize', 'hashchange'])
    addEventListener(type, soon, { passive: true })
  mark()
}

/** The line at the place where one reads; at the end of the page, which cannot be scrolled there, the one linked to. */
function lineRead(rows) {
  const target = code.querySelector('.row:target')
  const isEnd = Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight - 1
  if (target && isEnd && target.getBoundingClientRect().top >= 0) return numberOf(target)
  const place = innerHeight * readingPlace + 2
  let low = 0
  for (let high = rows.length - 1; low < high; ) {
    const middle = (low + high) >> 1
    if (rows[middle].getBoundingClientRect().bottom <= place) low = middle + 1
    else high = middle
  }
  return numberOf(rows[low])
}

const numberOf = (row) => Number(row.id.slice(1))

function keepInView(link) {
  const { top, bottom } = link.getBoundingClientRect()
  const frame = outline.getBoundingClientRect()
  if (top < frame.top + 80) outline.scrollTop -= frame.top + 80 - top
  else if (bottom > frame.bottom - 40) outline.scrollTop += bottom - frame.bottom + 40
}

addEventListener('ripline:keys', ({ detail }) => {
  if (!outline?.querySelector('.symbols')) return
  detail.push({ keys: ['s'], text: 'To the outline', run: focusOutline })
})

function focusOutline() {
  outline.open = true
  const to = outline.querySelector('input') ?? outline.querySelector('.symbols a')
  to.focus()
}
