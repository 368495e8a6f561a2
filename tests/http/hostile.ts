import { everyElement, readHtml } from './html.ts'

/** Texts that would be more than text on a page that is made carelessly. */
export const payloads = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  `' autofocus onfocus=alert(1) x='`,
  '" style="background:url(//evil.example)" y="',
  '</title><script>alert(1)</script>',
  '</code></div></section><iframe srcdoc=x>',
  '--><b>bold</b><!--',
  '&lt;script&gt;&#60;b&#62;&amp;quot;',
  'javascript:alert(1)//',
  '<%= process.env %>{{7*7}}\u0024{7*7}',
  ']]><x:script/>',
  '\u202ereversed\u202c \u2066isolated\u2069',
  '\x1b[31mred\x07\x08',
]

/** What our templates use, and nothing else. */
const tags = new Set(
  'html head meta title link script body a article header main footer form div input button label select option details summary nav h1 h2 h3 p span code pre section ul li table thead tbody tr th td mark strong b dl dt dd time del ins ol'.split(
    ' ',
  ),
)
const attributes = new Set(
  'action aria-current aria-haspopup aria-hidden aria-label aria-labelledby aria-pressed async autocapitalize autocomplete autocorrect autofocus charset checked class colspan content data-api data-clear data-code data-copies data-copy data-count data-end data-extend data-file data-filter data-follows data-from data-keeps-lines data-kind data-language data-line data-lines data-one data-path data-patience data-range data-ranges data-reason data-repo data-revision data-share data-source data-stopped-by data-to data-url data-view datetime download for hidden href id lang maxlength name open placeholder property rel required role scope selected size spellcheck src tabindex title type value'.split(
    ' ',
  ),
)

/** Everything on a page that is not ours. */
export function foreign(html: string): readonly string[] {
  return [...everyElement(readHtml(html))].flatMap((element) => {
    const { tag } = element
    const found = tags.has(tag) ? [] : [`<${tag}>`]
    for (const [name, value] of Object.entries(element.attributes)) {
      if (!attributes.has(name)) found.push(`${tag} ${name}`)
      const isUrl = name === 'href' || name === 'src' || name === 'action'
      const isOurs =
        /^(\/(?!\/)|#)/.test(value) || value === 'https://github.com/BurntSushi/ripgrep'
      if (isUrl && !isOurs) found.push(`${tag} ${name}=${value}`)
    }
    if (tag === 'script' && element.children.length > 0) found.push('an inline script')
    return found
  })
}

/** Texts in which a character would not show, or would turn the others. */
export function misleading(html: string): readonly string[] {
  return [...everyElement(readHtml(html))]
    .filter(({ attributes }) => attributes.class !== 'ctl')
    .flatMap(({ children }) => children.filter((child) => typeof child === 'string'))
    .filter((text) => /(?![\n\t])[\p{Cc}\p{Cf}]/u.test(text))
}
