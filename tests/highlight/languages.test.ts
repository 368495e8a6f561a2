import hljs from 'highlight.js'
import { describe, expect, it } from 'vitest'
import { languages } from '../../src/corpus/language.ts'
import { languageRows } from '../../src/corpus/languages.ts'

describe('the grammars of languages', () => {
  it('are all that highlight.js has for them, but for two', () => {
    const missed = languageRows.flatMap(
      ({ id, name, highlight, aliases = '', extensions = '' }) => {
        if (highlight !== undefined) return []
        const extended = extensions.split(' ').map((extension) => extension.slice(1))
        const names = [id, name, ...aliases.split(' '), ...extended].filter((text) => text !== '')
        return names.some((text) => hljs.getLanguage(text)) ? [id] : []
      },
    )
    // Its grammar for Java takes JSP for Java, and `ps` is PowerShell there.
    expect(missed).toEqual(['jsp', 'postscript'])
  })

  it('are there', () => {
    const grammars = languages.flatMap(({ highlight }) => highlight ?? [])
    expect(grammars.filter((grammar) => !hljs.listLanguages().includes(grammar))).toEqual([])
    expect(grammars.length).toBeGreaterThan(100)
  })

  it('are missing for these languages, of which highlight.js knows nothing', () => {
    const without = languages.filter(({ highlight }) => highlight === undefined)
    expect(without.map(({ id }) => id).join(' ')).toMatchInlineSnapshot()
  })
})
