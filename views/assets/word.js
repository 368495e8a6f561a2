// A word of the code that is double-clicked, or selected when `w` is pressed, can be searched: two links near it. It
// stays selected, to be copied.

const action = document.querySelector('form.search')?.action
const word = /[\p{L}\p{M}\p{N}_$]/u
const longest = 200

/** Between a double click and the offer: a third click selects the line. */
const restMs = 250

let offer
let selected
let isPressed = false
let timer

addEventListener('dblclick', (event) => {
  clearTimeout(timer)
  if (!event.target.closest?.('.row code')) return
  timer = setTimeout(() => show(selectedWord()), restMs)
})

addEventListener('ripline:keys', ({ detail }) => {
  if (document.querySelector('.row code')) {
    detail.push({ keys: ['w'], text: 'Search the word that is selected', run: showByKey })
  }
  if (offer) detail.push({ keys: ['Escape'], text: 'Close the offer to search' })
})

function showByKey() {
  const text = selectedWord() ?? selectWord()
  show(text)
  offer?.querySelector('a').focus({ preventScroll: true })
}

/** What is selected, if that is a word of the code. */
function selectedWord() {
  const selection = getSelection()
  const text = selection.toString().trim()
  const isWord = text.length <= longest && text !== '' && [...text].every((one) => word.test(one))
  return isWord && codeOf(selection.anchorNode) ? text : undefined
}

/** Selects the word at the caret. */
function selectWord() {
  const selection = getSelection()
  const { anchorNode: node, anchorOffset: at } = selection
  if (node?.nodeType !== Node.TEXT_NODE || !codeOf(node)) return undefined
  const text = node.data
  let [from, to] = [at, at]
  while (from > 0 && word.test(text[from - 1])) from--
  while (to < text.length && word.test(text[to])) to++
  if (from === to) return undefined
  selection.setBaseAndExtent(node, from, node, to)
  return selectedWord()
}

const codeOf = (node) =>
  (node instanceof Element ? node : node?.parentElement)?.closest('.row')?.querySelector('code')

function show(text) {
  close()
  if (text === undefined) return
  const range = getSelection().getRangeAt(0)
  const row = codeOf(range.startContainer).closest('.row')
  const { repo, revision } = row.closest('[data-repo]')?.dataset ?? {}
  offer = document.createElement('div')
  offer.className = 'search-word'
  offer.popover = 'manual'
  offer.setAttribute('role', 'group')
  offer.setAttribute('aria-label', `Search ${text}`)
  if (repo !== undefined) offer.append(linkTo(text, repo, revision), ' ')
  offer.append(linkTo(text))
  // Behind its line, so that Tab leads from there to it.
  row.after(offer)
  offer.showPopover()
  selected = text
  place()
}

function linkTo(text, repo, revision) {
  const url = new URL(action)
  url.search = new URLSearchParams({
    ...{ q: text, word: '1', case: 'sensitive' },
    ...(repo === undefined ? {} : { repo }),
    ...(revision === undefined ? {} : { rev: revision }),
  })
  const link = document.createElement('a')
  link.href = url
  const where = revision === undefined ? repo : `${repo}@${revision.slice(0, 10)}`
  link.textContent = repo === undefined ? 'Search everywhere' : `Search in ${where}`
  return link
}

/** Below the word, or above it where there is no room. */
function place() {
  const at = getSelection().getRangeAt(0).getBoundingClientRect()
  const { width, height } = offer.getBoundingClientRect()
  if (at.bottom < 0 || at.top > innerHeight) return close()
  const below = at.bottom + 6
  const top = below + height <= innerHeight ? below : at.top - height - 6
  offer.style.top = `${top}px`
  offer.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`
}

function close() {
  clearTimeout(timer)
  if (!offer) return
  const hadFocus = offer.contains(document.activeElement)
  const row = offer.previousElementSibling
  offer.remove()
  offer = undefined
  if (hadFocus) row?.querySelector('a.n')?.focus({ preventScroll: true })
}

addEventListener('keydown', (event) => {
  if (!offer || event.key !== 'Escape' || event.defaultPrevented) return
  event.preventDefault()
  close()
})
addEventListener('pointerdown', ({ target }) => {
  isPressed = offer?.contains(target) ?? false
})
document.addEventListener('selectionchange', () => {
  if (offer && !isPressed && getSelection().toString().trim() !== selected) close()
})
for (const type of ['scroll', 'resize']) {
  addEventListener(type, () => offer && place(), { passive: true })
}
