// What is being made for whoever asked, such as the files of a revision, is asked for again when it may be there.

let timer

function wait() {
  clearTimeout(timer)
  const again = document.querySelector('main a[data-again]')
  if (!again) return
  timer = setTimeout(() => {
    const detail = { url: again.href, burst: { isPushed: true }, isWanted: false, isReturn: false }
    dispatchEvent(new CustomEvent('ripline:ask', { detail }))
  }, 1_000 * again.dataset.again)
}

// Something else is wanted, or on its way.
for (const name of ['ripline:leave', 'ripline:ask']) {
  addEventListener(name, () => clearTimeout(timer))
}
addEventListener('ripline:answer', wait)
wait()
