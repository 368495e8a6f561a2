// Revisions: a link to the same file elsewhere, or to its history, takes the lines of the address along, and `y` follows the permanent one.

/** Before it is followed, copied or opened beside: whatever comes first. */
function takeLines({ target }) {
  const link = target.closest?.('a[data-keeps-lines], a[data-one]')
  if (!link) return
  if (!link.dataset.one) {
    if (/^#L\d/.test(location.hash)) link.hash = location.hash
    return
  }
  const [, line, last] = /^#L(\d+)[^-]*(?:-L?(\d+))?/.exec(location.hash) ?? []
  const { file, one, range } = link.dataset
  link.href = line
    ? (last ? range : one).replaceAll('{line}', line).replaceAll('{last}', last ?? line)
    : file
}
for (const type of ['pointerdown', 'focusin', 'contextmenu', 'click']) {
  document.addEventListener(type, takeLines, { capture: true })
}

addEventListener('ripline:keys', ({ detail }) => {
  const pin = document.getElementById('pin')
  if (!pin) return
  detail.push({ keys: ['y'], text: 'To the permanent link', run: () => pin.click() })
})
