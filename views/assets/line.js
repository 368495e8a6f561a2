// Going to a line of a file by its number.

addEventListener('ripline:keys', ({ detail }) => {
  if (!document.querySelector('.code')) return
  detail.push({ keys: ['l'], text: 'Go to a line', run: askForLine })
})

function askForLine() {
  const dialog = document.createElement('dialog')
  dialog.className = 'go-to-line'
  dialog.setAttribute('aria-label', 'Go to a line')
  const number = Object.assign(document.createElement('input'), { inputMode: 'numeric' })
  number.required = true
  number.pattern = ' *[1-9][0-9]{0,8} *'
  number.title = 'The number of a line'
  const label = document.createElement('label')
  label.append('Line ', number)
  const form = Object.assign(document.createElement('form'), { method: 'dialog' })
  const go = Object.assign(document.createElement('button'), { textContent: 'Go' })
  form.append(label, ' ', go)
  form.addEventListener('submit', () => goTo(number.value.trim()))
  dialog.append(form)
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}

function goTo(line) {
  location.hash = `#L${line}`
  // The dialog gives the focus back to where it was; the line is where it belongs.
  setTimeout(() => document.querySelector(`#L${line} > a.n`)?.focus({ preventScroll: true }))
}
