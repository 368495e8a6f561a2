// Go to file: `t`, Ctrl-P or the link at the top open a dialog. Without this file the link leads to a page for it.

const link = document.querySelector('#go-to-file')
const restMs = 50
const misleading = /(?!\t)[\p{Cc}\p{Cf}\u2028\u2029]/u

let finder

function open() {
  finder ??= create()
  if (finder.dialog.open) return
  finder.dialog.showModal()
  finder.input.select()
  finder.ask()
}

link?.addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  open()
})

// keys.js leaves chords alone; this one is no single character, and works in the box and where those are switched off.
addEventListener('ripline:keys', ({ detail }) => {
  if (link) detail.push({ keys: ['t', 'Ctrl+P'], text: 'Go to file', run: open })
})
addEventListener('keydown', (event) => {
  if (!link || event.defaultPrevented || event.altKey || event.shiftKey) return
  if (!(event.ctrlKey || event.metaKey) || event.key !== 'p') return
  const dialog = event.target.closest('dialog[open]')
  if (dialog && dialog !== finder?.dialog) return
  event.preventDefault()
  open()
})

function element(name, attributes, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

function create() {
  const input = element('input', {
    type: 'text',
    role: 'combobox',
    'aria-label': 'Path of a file',
    'aria-expanded': 'true',
    'aria-controls': 'finder-list',
    'aria-autocomplete': 'list',
    placeholder: 'Some of its path’s characters',
    autocomplete: 'off',
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: 'false',
    enterkeyhint: 'go',
  })
  const list = element('ul', { role: 'listbox', id: 'finder-list', 'aria-label': 'Files' })
  const status = element('p', { role: 'status' })
  const close = element('button', { type: 'button' }, 'Close')
  const dialog = element(
    'dialog',
    { class: 'finder', 'aria-label': 'Go to file' },
    element('div', { class: 'box' }, input, close),
    status,
    list,
  )
  document.body.append(dialog)

  let asking
  let timer
  let chosen = -1
  /** Enter was pressed before the answer to what is typed was there. */
  let isAwaited = false

  async function answer() {
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    let text = 'Files cannot be looked for at the moment.'
    let files = []
    try {
      const url = `${link.dataset.api}?${new URLSearchParams({ q: input.value })}`
      const response = await fetch(url, { signal: mine.signal })
      const body = await response.json()
      if (response.ok) {
        files = body.files
        text = summaryOf(body)
      } else if (body.error?.message) text = body.error.message
    } catch {
      // Said by the text.
    }
    // A later question has been asked, whose answer it is that counts.
    if (asking !== mine) return
    asking = undefined
    const several = new Set(files.map(({ repository }) => repository)).size > 1
    list.replaceChildren(...files.map((file, index) => optionOf(file, index, several)))
    status.textContent = text
    choose(files.length > 0 ? 0 : -1)
    if (isAwaited) openChosen()
    isAwaited = false
  }

  function ask() {
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
      void answer()
    }, restMs)
  }

  function choose(index) {
    list.children[chosen]?.setAttribute('aria-selected', 'false')
    chosen = index
    const option = list.children[index]
    if (!option) return input.removeAttribute('aria-activedescendant')
    option.setAttribute('aria-selected', 'true')
    input.setAttribute('aria-activedescendant', option.id)
    option.scrollIntoView({ block: 'nearest' })
  }

  function openChosen(isElsewhere = false) {
    const url = list.children[chosen]?.dataset.url
    if (url === undefined) return
    if (isElsewhere) window.open(url, '_blank', 'noopener')
    else {
      dialog.close()
      location.assign(url)
    }
  }

  input.addEventListener('input', () => {
    isAwaited = false
    ask()
  })
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return
    const last = list.children.length - 1
    const to = {
      ArrowDown: chosen >= last ? 0 : chosen + 1,
      ArrowUp: chosen <= 0 ? last : chosen - 1,
      PageDown: Math.min(chosen + 10, last),
      PageUp: Math.max(chosen - 10, 0),
    }[event.key]
    if (to !== undefined) choose(last < 0 ? -1 : to)
    else if (event.key === 'Enter') {
      if (timer === undefined && !asking) openChosen(event.ctrlKey || event.metaKey)
      else isAwaited = true
    } else return
    event.preventDefault()
  })
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]')
    if (!option) return
    choose([...list.children].indexOf(option))
    openChosen(event.ctrlKey || event.metaKey)
  })
  // The list must not take the focus from the box.
  list.addEventListener('mousedown', (event) => event.preventDefault())
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  dialog.addEventListener('close', () => {
    clearTimeout(timer)
    timer = undefined
    isAwaited = false
    asking?.abort()
    asking = undefined
  })
  return { dialog, input, ask }
}

function summaryOf({ files, matching, truncated }) {
  const all = `${matching.toLocaleString('en')} ${matching === 1 ? 'file' : 'files'}`
  return truncated ? `The best ${files.length} of ${all}` : all
}

function optionOf({ repository, path, url, positions }, index, several) {
  const marked = new Set(positions)
  const text = element('span', { class: 'path' })
  let column = 0
  for (const character of path) {
    const shown = misleading.test(character) ? `‹${codeOf(character)}›` : character
    const last = text.lastChild
    if (marked.has(column) && last?.nodeName === 'MARK') last.append(shown)
    else text.append(marked.has(column) ? element('mark', {}, shown) : shown)
    column += character.length
  }
  const option = element('li', { role: 'option', id: `finder-${index}`, 'aria-selected': 'false' })
  if (several) option.append(element('span', { class: 'repo' }, repository), ' ')
  option.append(text)
  option.dataset.url = url
  return option
}

const codeOf = (character) =>
  `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`
