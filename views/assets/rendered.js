// The page of a document: a link to a line of it leads to its text, and one to a heading to the heading.

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
