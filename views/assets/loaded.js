// How the page that was loaded ended: with its ledger, or cut off. answer.js does the same for those that it fetches.

const answer = () => document.querySelector('main .answer')

function end(how) {
  const detail = { end: how, url: location.href, isWanted: true }
  dispatchEvent(new CustomEvent('ripline:answer', { detail }))
}

const isClosed = () => answer().querySelector('#ledger, [role="alert"]') !== null

/** Whatever is fetched takes the place of what was loaded. */
function leave() {
  clearInterval(watching)
  removeEventListener('load', loaded)
}
addEventListener('ripline:leave', leave)
addEventListener('ripline:ask', leave)

addEventListener('load', loaded)
function loaded() {
  leave()
  end(!answer() || isClosed() ? 'loaded' : 'cut')
}

// Chromium says nothing when the connection of a page breaks: it stays as it is, loading. No search is silent for longer
// than it may take, so more seconds than that without a new part are the end.
let parts = 0
let silentSeconds = 0
const watching = setInterval(() => {
  if (!answer()) return
  const { childElementCount, dataset } = answer()
  silentSeconds = childElementCount === parts ? silentSeconds + 1 : 0
  parts = childElementCount
  if (silentSeconds <= Number(dataset.patience)) return
  leave()
  end('cut')
}, 1_000)

addEventListener('ripline:answer', ({ detail }) => {
  if (detail.end !== 'cut' || !answer() || isClosed()) return
  const note = document.createElement('p')
  note.className = 'cut-off'
  const again = Object.assign(document.createElement('a'), {
    href: detail.url,
    textContent: 'Try again',
  })
  note.append('This answer was cut off: the connection broke before its end. ', again)
  answer().append(note)
})
