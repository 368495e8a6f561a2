// How an answer comes onto the page: the page that the form leads to is fetched, its HTML is parsed as it arrives, and
// its finished parts take the place of what stands in <main>. `ripline:ask` begins one and ends the one before,
// `ripline:leave` only ends it; `ripline:head` and `ripline:answer` tell of its beginning and its end.

/** Parsing and moving go on for so many milliseconds before a keystroke gets its turn. */
const turnMs = 10

/** This runs while the page still arrives. */
const main = () => document.getElementById('main')

/** The one that is running. */
let current

const tell = (name, detail) => dispatchEvent(new CustomEvent(name, { detail }))

addEventListener('ripline:leave', leave)

function leave() {
  // The page itself may still be arriving, and its search running.
  if (document.readyState === 'loading') stop()
  current?.abort.abort()
  current = undefined
  main().removeAttribute('aria-busy')
}

addEventListener('ripline:ask', ({ detail }) => {
  if (current?.url === detail.url && !detail.isReturn) {
    current.isWanted ||= detail.isWanted
    return
  }
  leave()
  current = { ...detail, abort: new AbortController() }
  main().setAttribute('aria-busy', 'true')
  void receive(current)
})

/** What is left of an answer when its connection breaks: neither ledger nor failure. */
const isCut = () =>
  main().querySelector('.answer') !== null &&
  main().querySelector('#ledger, .answer [role="alert"]') === null

async function receive(ask) {
  const { signal } = ask.abort
  let end = 'complete'
  try {
    const response = await fetch(ask.url, { signal, headers: { accept: 'text/html' } })
    // Not a page of ours: a proxy wants to know who asks, say.
    if (!response.headers.get('content-type')?.startsWith('text/html')) {
      location.assign(ask.url)
      return
    }
    end = await arrive(ask, response)
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof TypeError)) throw error
    end = 'cut'
    showAside(ask, [lost('The server cannot be reached.', ask.url)])
  }
  if (signal.aborted) return
  current = undefined
  main().removeAttribute('aria-busy')
  tell('ripline:answer', { end, url: ask.url, isWanted: ask.isWanted })
}

/** @returns how it ended: complete, failed or cut */
async function arrive(ask, response) {
  const { signal } = ask.abort
  const page = document.implementation.createHTMLDocument('')
  const parts = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let isHead = true
  let isBroken = false
  let place
  let since = performance.now()
  while (true) {
    let part
    try {
      part = await parts.read()
    } catch {
      isBroken = true
    }
    if (signal.aborted) return ''
    if (part?.value) page.write(part.value)
    const isOver = isBroken || part.done
    const incoming = page.querySelector('main')
    if (incoming && isHead) {
      isHead = false
      begin(ask, response, page)
    }
    if (incoming && !place && isReady(incoming)) place = takePlace(incoming)
    place?.(isOver)
    if (isOver) break
    if (performance.now() - since > turnMs) {
      await new Promise((resolve) => setTimeout(resolve))
      if (signal.aborted) return ''
      since = performance.now()
    }
  }
  page.close()
  if (!place) {
    const incoming = page.querySelector('main')
    if (isBroken || !incoming) {
      showAside(ask, [lost('The connection broke before the answer.', ask.url)])
      return 'cut'
    }
    const isFailure = incoming.querySelector('.failure') !== null
    // Half a pattern is no mistake: what was found stays, and the words stand small over it, until Enter.
    if (isFailure && !ask.isWanted) showAside(ask, failureOf(incoming))
    else takePlace(incoming)(true)
    if (isFailure) return 'failed'
  }
  return isCut() ? 'cut' : 'complete'
}

/** The first block, or what stands in place of blocks, is there in full; where all is a failure, that is told aside. */
const isReady = (incoming) =>
  Boolean(incoming.querySelector('.answer > section:not(.failure)')?.nextSibling)

/** Title, canonical address, and the parts of the form that say how it was understood. */
function begin(ask, response, page) {
  const canonical = page.querySelector('link[rel="canonical"]')
  tell('ripline:head', {
    ...ask,
    address: response.redirected ? response.url : ask.url,
    canonical: canonical?.getAttribute('href'),
  })
  document.title = page.title
  document.querySelector('link[rel="canonical"]')?.remove()
  if (canonical) document.head.append(canonical)
  if (ask.isReturn) restoreForm(page)
  for (const part of document.querySelectorAll('[data-follows]')) {
    const name = CSS.escape(part.dataset.follows)
    const newer = page.querySelector(`[data-follows="${name}"]`)
    part.replaceChildren(...(newer?.childNodes ?? []))
  }
}

/** Back and Forward bring the box and the switches with them. */
function restoreForm(page) {
  const form = document.querySelector('form.search')
  const newer = page.querySelector('form.search')
  if (!newer) return
  const { name } = form.contains(document.activeElement) ? document.activeElement : {}
  form.replaceChildren(...newer.childNodes)
  if (name) form.elements.namedItem(name)?.focus?.({ preventScroll: true })
}

/**
 * Empties <main> for a page that is arriving.
 * @returns moves over what is finished: each part that another follows, and at the end all
 */
function takePlace(incoming) {
  main().replaceChildren()
  main().removeAttribute('data-stale')
  main().dataset.live = ''
  const moveTo = (from, to, isOver, open) => {
    for (const node of [...from.childNodes]) {
      if (open.source === node) continue
      if (node instanceof Element && node.matches('.found, .answer')) {
        open.source = node
        open.copy = document.importNode(node, false)
        to.append(open.copy)
      } else if (isOver || node.nextSibling) to.append(node)
    }
    if (open.source) {
      open.within ??= {}
      moveTo(open.source, open.copy, isOver || open.source.nextSibling, open.within)
    }
  }
  const open = {}
  return (isOver) => {
    moveTo(incoming, main(), isOver, open)
    // It is read out by announce.js, from where it is heard for certain.
    main().querySelector('#summary')?.removeAttribute('role')
  }
}

/** What a page says of a failure, and the ways on from it, without its heading. */
function failureOf(incoming) {
  const said = incoming.querySelectorAll('.failure > :is(pre, p)')
  const ways = document.createElement('p')
  ways.className = 'ways'
  ways.append(...incoming.querySelectorAll('.ways a.button'))
  return [...said, ways]
}

/** A failure that does not shout: over what was found before, which keeps its place. */
function showAside(ask, content) {
  if (ask.isWanted) main().replaceChildren()
  main().querySelector(':scope > .aside')?.remove()
  const aside = document.createElement('section')
  aside.className = 'aside'
  aside.setAttribute('aria-label', 'Not searched')
  aside.append(...content)
  main().prepend(aside)
  main().dataset.stale = ''
}

function lost(text, url) {
  const said = document.createElement('p')
  said.className = 'cut-off'
  said.append(`${text} `)
  const again = document.createElement('a')
  again.href = url
  again.textContent = 'Try again'
  said.append(again)
  return said
}
