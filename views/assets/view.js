// The dialog behind the button on top of each page, and behind `?`: how code is shown, and which keys there are.

const root = document.documentElement

/** Choices, by the name under which preferences.js finds them; the first value is what a page is without one. */
const choices = [
  {
    name: 'wrap',
    text: 'Long lines',
    values: [
      ['on', 'are wrapped'],
      ['off', 'scroll'],
    ],
  },
  {
    name: 'tab',
    text: 'A tab is as wide as',
    values: [
      ['4', '4 columns'],
      ['2', '2 columns'],
      ['8', '8 columns'],
    ],
  },
]

const dialog = make('dialog', { className: 'view', id: 'view' })
dialog.setAttribute('aria-labelledby', 'view-title')
document.body.append(dialog)

document.querySelector('.view-button').addEventListener('click', show)
addEventListener('ripline:keys', ({ detail }) =>
  detail.push({ keys: ['?'], text: 'This list', run: show }),
)

function show() {
  dialog.replaceChildren(
    make('h2', { id: 'view-title', textContent: 'View and keys' }),
    make('div', { className: 'choices' }, ...choices.map(choiceOf)),
    make('h3', { textContent: 'Keys' }),
    keysSwitch(),
    keyList(),
    make('form', { method: 'dialog' }, make('button', { textContent: 'Close' })),
  )
  dialog.showModal()
}

function choiceOf({ name, text, values }) {
  const options = values.map(([value, textContent]) => make('option', { value, textContent }))
  const select = make('select', {}, ...options)
  select.value = root.dataset[name] ?? values[0][0]
  select.addEventListener('change', () => choose(name, select.value))
  return make('label', {}, `${text} `, select)
}

function keysSwitch() {
  const input = make('input', { type: 'checkbox', checked: root.dataset.keys !== 'off' })
  input.addEventListener('change', () => {
    choose('keys', input.checked ? 'on' : 'off')
    dialog.querySelector('.keys').replaceWith(keyList())
  })
  return make('label', { className: 'keys-switch' }, input, ' Single letters and signs are keys')
}

/** Those that exist now: where single characters are switched off, the others. */
function keyList() {
  const rows = []
  dispatchEvent(new CustomEvent('ripline:keys', { detail: rows }))
  const isOff = root.dataset.keys === 'off'
  const shown = rows
    .map(({ native = [], keys, text }) => ({ names: [...native, ...keys], text }))
    .map(({ names, text }) => ({ names: names.filter((key) => !isOff || key.length > 1), text }))
    .filter(({ names }) => names.length > 0)
  return make(
    'dl',
    { className: 'keys' },
    ...shown.map(({ names, text }) => {
      const keys = names.flatMap((key) => [make('kbd', { textContent: key }), ' '])
      return make('div', {}, make('dt', {}, ...keys), make('dd', { textContent: text }))
    }),
  )
}

/** Where long lines scroll, they begin where the first match is seen. */
function showMatches() {
  if (root.dataset.wrap !== 'off') return
  for (const lines of document.querySelectorAll('.file .lines')) {
    const mark = lines.querySelector('mark')
    if (!mark || lines.scrollLeft > 0) continue
    const { left, right } = lines.getBoundingClientRect()
    const at = mark.getBoundingClientRect()
    if (at.right > right) lines.scrollLeft = at.left - left - (right - left) / 3
  }
}
addEventListener('ripline:answer', showMatches)

function choose(name, value) {
  root.dataset[name] = value
  showMatches()
  try {
    localStorage.setItem(`ripline.${name}`, value)
  } catch {
    // A browser that keeps nothing: it holds for this page.
  }
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}
