// Says to screen readers how an answer ended: its summary, or the failure. A region that was there before it speaks is
// heard everywhere; one that arrives with its text is not.

/** Milliseconds of quiet: whoever types hears how it ended, and not each step. */
const quietMs = 700

const region = document.createElement('p')
region.className = 'hidden'
region.id = 'announcement'
region.setAttribute('role', 'status')
document.body.append(region)

let speaking

addEventListener('ripline:ask', () => clearTimeout(speaking))
addEventListener('ripline:answer', ({ detail }) => {
  clearTimeout(speaking)
  document.getElementById('summary')?.removeAttribute('role')
  region.textContent = ''
  const speak = () => region.replaceChildren(wordsOf(document.getElementById('main')))
  speaking = setTimeout(speak, detail.isWanted ? 100 : quietMs)
})

function wordsOf(main) {
  const failure = main.querySelector('.aside, [role="alert"], .cut-off')
  if (failure) return wordsIn(failure)
  const summary = main.querySelector('#summary')
  if (!summary) return ''
  const stopped = summary.querySelector('strong')
  const [found] = wordsIn(summary).split(';')
  return stopped ? `${found}. ${wordsIn(stopped)}` : found
}

/** As they are seen: between two blocks there is a space. */
const wordsIn = (element) => element.innerText.replace(/\s+/g, ' ').trim()
