// Runs before anything is painted, so that no page changes under one's eyes. Choices are attributes of <html>, which
// only the style sheet reads (keys: the scripts, too); what is not chosen has no attribute.
;(() => {
  const root = document.documentElement
  root.dataset.script = 'on'
  for (const name of ['wrap', 'tab', 'keys']) {
    try {
      const value = localStorage.getItem(`ripline.${name}`)
      if (value !== null) root.dataset[name] = value
    } catch {
      return // a browser that keeps nothing
    }
  }
})()
