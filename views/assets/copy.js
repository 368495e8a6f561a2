// Buttons that copy what an element says; without this they are not shown, and the text can be selected.
// A page that is still being written, or is replaced, is looked at as it comes.

function show() {
  if (!navigator.clipboard) return
  for (const button of document.querySelectorAll('button[data-copies][hidden]'))
    button.hidden = false
}
new MutationObserver(show).observe(document.body, { childList: true, subtree: true })
show()

addEventListener('click', async (event) => {
  const button = event.target instanceof Element && event.target.closest('button[data-copies]')
  if (!button) return
  const text = document.getElementById(button.dataset.copies)?.textContent ?? ''
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
  button.textContent = done ? 'Copied' : 'Select and copy'
})
