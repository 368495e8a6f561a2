// When to ask: what is typed or switched in the form is searched for at once, by answer.js, and the address follows.
// Without this file the form does the same with Enter.

/** Milliseconds without a keystroke before a search, and before what was typed becomes a step of the history. */
const pauseMs = 120
const settledMs = 2_000

const form = () => document.querySelector('form.search')
const home = document.querySelector('.brand').href

/** Whether an address is one that the form leads to: other pages (files, status) are left as they are while typing. */
function isSearch(address) {
  const { origin, pathname } = new URL(address, location.href)
  const places = [home, form().action].map((url) => new URL(url).pathname)
  return origin === location.origin && places.includes(pathname)
}

/** What a field says that says nothing; else an empty one. An empty replacement says something. */
const usual = { case: 'smart', context: '2', sort: 'path', replace: undefined }

/** Where the form leads; without a text, home. */
function wanted() {
  const data = new URLSearchParams(
    [...new FormData(form())].filter(
      ([name, value]) => value !== (name in usual ? usual[name] : ''),
    ),
  )
  if (!data.has('q')) return home
  return `${form().action}?${data}`
}

const withoutHash = (url) => url.replace(/#.*/, '')

/** The address whose answer stands on the page, or is on its way; undefined while it is being left. */
let asked = withoutHash(location.href)

/** All that is typed without a pause is one step of the history. */
let burst = { isPushed: false }
let isSettled = true
let pause
let settling

function settle() {
  clearTimeout(settling)
  isSettled = true
}

function ask(url, how) {
  clearTimeout(pause)
  asked = url
  const detail = { url, burst, isWanted: false, isReturn: false, ...how }
  dispatchEvent(new CustomEvent('ripline:ask', { detail }))
}

function changed(waitMs) {
  if (isSettled) burst = { isPushed: false }
  isSettled = false
  clearTimeout(settling)
  settling = setTimeout(settle, settledMs)
  clearTimeout(pause)
  const url = wanted()
  if (url === asked) return
  // There is nothing to look for, and nothing has been.
  if (url === home && withoutHash(location.href) === home && asked !== undefined) return
  // What is being searched for is no longer wanted: its process ends now, and not when the next begins.
  asked = undefined
  dispatchEvent(new CustomEvent('ripline:leave'))
  pause = setTimeout(() => ask(wanted()), waitMs)
}

addEventListener('input', (event) => {
  const isText = event.target.matches('input:not([type=checkbox])')
  if (event.target.form !== form() || event.isComposing || !isSearch(location.href)) return
  changed(isText ? pauseMs : 0)
})
addEventListener('compositionend', (event) => {
  if (event.target.form === form() && isSearch(location.href)) changed(pauseMs)
})
addEventListener('focusout', (event) => {
  if (event.target.form === form() && !form().contains(event.relatedTarget)) settle()
})

// Enter asks again, as it does without script: the files may have changed. Then the keys are for the results.
addEventListener('submit', (event) => {
  const { target, submitter } = event
  const isOther = submitter?.name || submitter?.hasAttribute('formaction')
  if (target !== form() || isOther || !isSearch(location.href)) return
  event.preventDefault()
  if (isSettled) burst = { isPushed: false }
  settle()
  ask(wanted(), { isWanted: true })
  if (document.activeElement?.matches('input:not([type=checkbox])')) {
    document.getElementById('main').focus({ preventScroll: true })
  }
})

addEventListener('popstate', () => {
  const address = withoutHash(location.href)
  // A link within the page.
  if (address === shown || !isSearch(address)) return
  settle()
  ask(address, { isWanted: true, isReturn: true })
})

/** The address that the browser shows, without `#…`. */
let shown = asked

// An answer has begun: now its address counts. It is the canonical one, unless that says the box's text otherwise.
addEventListener('ripline:head', ({ detail }) => {
  const { address, canonical, isReturn, burst: its } = detail
  const text = (url) => new URL(url, location.href).searchParams.get('q')
  const isSame = canonical !== undefined && text(canonical) === text(address)
  const url = new URL(isSame ? canonical : address, location.href).href
  if (!isReturn && url !== withoutHash(location.href)) {
    if (its.isPushed) history.replaceState(null, '', url)
    else history.pushState(null, '', url)
    its.isPushed = true
  }
  shown = withoutHash(location.href)
})

// An answer that did not come, or was cut off, is asked for again by the next change, whatever it is.
addEventListener('ripline:answer', ({ detail }) => {
  if (detail.end === 'cut') asked = undefined
})
