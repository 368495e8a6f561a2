// What can be done with the lines that are selected: copy the link to them, that link as Markdown, their text; or share
// them. The link remembers what the lines are (`h`), so that it notices when they have moved: the server makes it.

const bar = () => document.querySelector('.range-bar')

/** Milliseconds after the last change of the selection before the server is asked. */
const pauseMs = 200

/** What the server says of the lines that are selected: a promise, for the selection `of`. */
let answer = { of: '', lines: undefined }
let waiting

const ways = {
  link: { text: linkText, done: 'Link copied' },
  markdown: { text: markdownText, done: 'Link copied as Markdown' },
  code: { text: codeText, done: 'Code copied' },
}

function ready() {
  if (!bar()) return
  for (const button of bar().querySelectorAll('button')) {
    button.hidden = 'share' in button.dataset && !navigator.share
  }
  clearTimeout(waiting)
  if (bar().dataset.ranges) waiting = setTimeout(ask, pauseMs)
}
addEventListener('ripline:range', ({ detail }) => {
  if (detail.isOther) tell('')
  ready()
})
ready()

/** Asked once for each selection, and again if that failed. */
function ask() {
  const { ranges, lines } = bar().dataset
  if (answer.of !== ranges) {
    answer = { of: ranges, lines: Promise.all(ranges.split(',').map((one) => askFor(lines, one))) }
    answer.lines.then(
      (all) => {
        if (bar()?.dataset.ranges !== ranges) return
        bar().querySelector('.link').href = linkOf(all)
      },
      () => {
        answer = { of: '', lines: undefined }
      },
    )
  }
  return answer.lines
}

async function askFor(url, range) {
  const [, from, to = from] = /^(\d+)(?:C\d+)?(?:-(\d+))?/.exec(range)
  const address = new URL(url, location.href)
  for (const [name, value] of Object.entries({ from, to, whole: 1, link: 1 })) {
    address.searchParams.set(name, String(value))
  }
  const reply = await fetch(address)
  if (!reply.ok) throw new Error(String(reply.status))
  return { ...(await reply.json()), from: Number(from), to: Number(to) }
}

/** The link that the server gives for one range, with the columns that are selected; for several, one without `h`. */
function linkOf([first]) {
  const { ranges, view } = bar().dataset
  const own = new URL(first?.link ?? view, location.href)
  if (!ranges.includes(',') && first?.link && !ranges.includes('C')) return own.href
  const plain = new URL(view, location.href)
  const hash = !ranges.includes(',') && own.searchParams.get('h')
  const line = /^\d+/.exec(ranges)[0]
  const mark = plain.search === '' ? '?' : '&'
  return `${plain.href}${mark}L=${ranges}${hash ? `&h=${hash}` : ''}#L${line}`
}

/** Without the server's answer the link is a plain one, and no worse than that. */
async function linkText() {
  return linkOf(await ask().catch(() => []))
}

async function markdownText() {
  const link = (await linkText()).replaceAll('(', '%28').replaceAll(')', '%29')
  return `[${placeText().replace(/[\\[\]`*_<]/g, '\\$&')}](${link})`
}

const placeText = () => `${bar().dataset.path}:${bar().dataset.ranges}`

/** The lines without the indentation that all have, fenced; their place before them. */
async function codeText() {
  const texts = (await ask()).map(({ lines }) => dedented(lines.map(({ text }) => text)))
  const code = texts.join('\n…\n')
  const runs = code.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)))
  return `${placeText()}\n\n${fence}${bar().dataset.language}\n${code}\n${fence}\n`
}

function dedented(lines) {
  const indents = lines.filter((line) => /\S/.test(line)).map((line) => /^[ \t]*/.exec(line)[0])
  let common = indents[0] ?? ''
  for (const indent of indents) while (!indent.startsWith(common)) common = common.slice(0, -1)
  return lines
    .map((line) => (line.startsWith(common) ? line.slice(common.length) : line.trimStart()))
    .join('\n')
}

function tell(text) {
  const told = bar()?.querySelector('.told')
  if (told && told.textContent !== text) told.textContent = text
}

async function copy({ text, done }) {
  tell('')
  try {
    await write(text())
    const cut =
      text === codeText && (await ask()).find(({ from, to, lines }) => lines.length < to - from + 1)
    tell(cut ? `The first ${cut.lines.length} lines copied` : done)
  } catch {
    tell('Nothing was copied: the browser or the server refused')
  }
}

/** The text may still have to come; a browser heeds that only where it is promised at once. */
async function write(promise) {
  if (navigator.clipboard && globalThis.ClipboardItem) {
    const blob = promise.then((text) => new Blob([text], { type: 'text/plain' }))
    return navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })])
  }
  // Where the page did not come over HTTPS.
  const area = Object.assign(document.createElement('textarea'), { value: await promise })
  area.className = 'hidden'
  const focused = document.activeElement
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  focused?.focus({ preventScroll: true })
  if (!isDone) throw new Error('not copied')
}

addEventListener('click', (event) => {
  const button = event.target instanceof Element && event.target.closest('.range-bar button')
  if (!button) return
  if (button.dataset.copy) void copy(ways[button.dataset.copy])
  if ('share' in button.dataset) void share()
})

async function share() {
  const url = await linkText()
  // Whoever thinks better of it has not failed.
  await navigator.share({ title: placeText(), url }).catch(() => {})
}

addEventListener('ripline:keys', ({ detail }) => {
  if (!bar()?.dataset.ranges) return
  detail.push(
    { keys: ['c'], text: 'Copy the link to the lines', run: () => copy(ways.link) },
    { keys: ['m'], text: 'Copy that link as Markdown', run: () => copy(ways.markdown) },
    { keys: ['C'], text: 'Copy the lines’ code', run: () => copy(ways.code) },
  )
})
