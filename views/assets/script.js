// Comfort only: every page works without this file.

// `/` puts the cursor into the box, unless something is being typed.
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target instanceof HTMLElement && event.target.closest('input, select, textarea')) return
  const box = document.querySelector('input[name="q"]')
  if (!box) return
  event.preventDefault()
  box.focus()
  box.select()
})

// A link to a line of another page of a long file: `#L23456` without `?L=23456`.
function findLine() {
  const line = /^#L(\d+)$/.exec(location.hash)?.[1]
  if (!line || !document.querySelector('.pages') || document.getElementById(`L${line}`)) return
  const url = new URL(location.href)
  if (url.searchParams.get('L') === line) return
  url.searchParams.set('L', line)
  location.replace(url)
}
addEventListener('hashchange', findLine)
findLine()
