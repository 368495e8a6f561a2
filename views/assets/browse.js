// Documents: a link to a line leads to the text, and one to a heading to the heading. And what stands beside a file.

function follow() {
  const hash = location.hash.slice(1)
  if (hash === '' || document.getElementById(hash)) return
  const source = document.querySelector('[data-source]')?.dataset.source
  if (source && /^L\d/.test(hash)) return location.replace(`${source}#${hash}`)
  // Headings have a prefix of ours, which a link from elsewhere does not know.
  const heading = document.getElementById(`md-${decoded(hash).toLowerCase()}`)
  if (heading && document.querySelector('.markdown')) location.replace(`#${heading.id}`)
}
addEventListener('hashchange', follow)
follow()

function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Of many files, the one that is shown is to be seen. */
function showCurrent() {
  const current = document.querySelector('.tree [aria-current]')
  const list = current?.closest('.small')
  if (list) list.scrollTop = current.offsetTop - list.clientHeight / 2
}
showCurrent()
document.querySelector('.tree .small')?.addEventListener('toggle', showCurrent)
