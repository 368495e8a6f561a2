// Revisions: a link to the same file elsewhere takes the lines of the address along, and `y` follows the permanent one.

const keeping = (element) => element.closest?.('a[data-keeps-lines]')

/** Before it is followed, copied or opened beside: whatever comes first. */
function takeLines({ target }) {
  const link = keeping(target)
  if (link && /^#L\d/.test(location.hash)) link.hash = location.hash
}
for (const type of ['pointerdown', 'focusin', 'contextmenu', 'click']) {
  document.addEventListener(type, takeLines, { capture: true })
}

addEventListener('ripline:keys', ({ detail }) => {
  const pin = document.getElementById('pin')
  if (!pin) return
  detail.push({ keys: ['y'], text: 'To the permanent link', run: () => pin.click() })
})
