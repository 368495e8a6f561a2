import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeHtml, visibleLines } from '../../src/http/marks.ts'
import { type Rendered, renderMarkdown, TooLong } from '../../src/markdown/render.ts'
import { all, one, readHtml, wordsOf } from '../http/html.ts'
import { foreignIn, place } from './markup.ts'

const render = (text: string, mostHtml = 1_000_000): Rendered =>
  renderMarkdown(text, { place, mostHtml, escapeText: (text) => escapeHtml(visibleLines(text)) })
const treeOf = (text: string) => readHtml(render(text).html)
const hrefsOf = (text: string) => all(treeOf(text), 'a').map(({ attributes }) => attributes.href)

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '<base href="//evil.example/">',
  '<meta http-equiv="refresh" content="0;url=//evil.example">',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<textarea><img src=x onerror=alert(1)></textarea>',
  '<!-- --!><img src=x onerror=alert(1)> -->',
  '<div\nonclick="alert(1)"\n>x</div>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\nscript:alert(1))',
  '[x](<java\tscript:alert(1)>)',
  '[x](&#106;avascript:alert(1))',
  '[x](&#x6A;avascript&colon;alert(1))',
  '[x](javascript&#58;alert(1))',
  '[x](\\javascript:alert(1))',
  '[x](\x01javascript:alert(1))',
  '[x](%6aavascript:alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](data:image/svg+xml,<svg/onload=alert(1)>)',
  '[x](file:///etc/passwd)',
  '[x](blob:https://own.example/x)',
  '[x](view-source:javascript:alert(1))',
  '[x](//evil.example/)',
  '[x](/\\evil.example/)',
  '[x](\\\\evil.example/)',
  '[x](/%2fevil.example/)',
  '[x](https:evil.example)',
  '[x](http://"onmouseover="alert(1))',
  '[x](http://a.example/"onmouseover="alert(1))',
  '[x](http://a.example "t" onmouseover="alert(1)")',
  "[x](http://a.example '\"><img src=x onerror=alert(1)>')",
  '[x](x.md "&quot;><script>alert(1)</script>")',
  '![x](javascript:alert(1))',
  '![x](data:image/png;base64,AAAA)',
  '![x](http://evil.example/pixel.png)',
  '![x](//evil.example/pixel.png)',
  '![" onerror="alert(1)](x.png)',
  '![<img src=x onerror=alert(1)>](x.png)',
  '![x](x.png "\\" onerror=\\"alert(1)")',
  '![[a](javascript:alert(1))](x.png)',
  '<javascript:alert(1)>',
  '<data:text/html,x>',
  '<http://a.example/"onmouseover="alert(1)>',
  '<x@"onmouseover=alert(1)>',
  'http://a.example/"onmouseover="alert(1)',
  '[x]\n\n[x]: javascript:alert(1)',
  '[x][y]\n\n[y]: <&#x6A;avascript:alert(1)> "a\\"b"',
  '[x]: http://a.example/ "\'><script>alert(1)</script>"\n\n[x]',
  '# <script>alert(1)</script>',
  '# " onclick="alert(1)',
  '# L10\n\n# main\n\n# ledger',
  '```"><script>\n</code></pre><script>alert(1)</script>\n```',
  '`</code><script>alert(1)</script>`',
  '|<script>|"onclick="|\n|-|:-:|\n|[x](javascript:a)|`</td>`|',
  '- [x] <script>alert(1)</script>\n- [ ] [x](javascript:alert(1))',
  '1000000000. x\n\n0. y',
  '\u202egnp.exe \x00 \x1b[0m &#0; &#x202e;',
  '\\<script>alert(1)\\</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '[x](../../../etc/passwd)',
  '![x](../../../etc/passwd)',
  '[x](..%2f..%2f..%2fetc/passwd)',
  '[x](%2e%2e/%2e%2e/%2e%2e/etc/passwd)',
  '[x](..\\..\\..\\etc)',
  '[x](..%5c..%5c..%5cetc)',
  '[x](/../../x)',
  '[x](a/../../../../x)',
  '[x](x%00.md)',
  '[x](%ff%fe)',
  '[x](.%252e/.%252e/.%252e/x)',
  '[x](?q=1#L3)',
  '[x](#"onclick=alert(1))',
  '[x](#%22%3e%3cscript%3e)',
]

describe('a document', () => {
  it.each(hostile)('of hostile text makes nothing but what we write: %j', (text) => {
    expect(foreignIn(render(text).html)).toEqual([])
  })

  it('of hostile texts together, too', () => {
    for (const [before, behind] of [
      ['> ', ''],
      ['- ', ''],
      ['**', '**'],
      ['[', '](x)'],
      ['![', '](x.png)'],
      ['<div>', '</div>'],
    ]) {
      const text = hostile.map((text) => before + text + behind).join('\n\n')
      expect(foreignIn(render(text).html)).toEqual([])
    }
  })

  const piece = fc.oneof(
    fc.constantFrom(...hostile),
    fc.constantFrom(
      ...[
        '\n',
        '\n\n',
        '    ',
        '\t',
        ' ',
        '> ',
        '- ',
        '1. ',
        '# ',
        '```',
        '~~~',
        '|',
        '|-|\n',
        '---',
      ],
      ...[
        '*',
        '**',
        '_',
        '`',
        '[',
        ']',
        '(',
        ')',
        '![',
        '<',
        '>',
        '"',
        "'",
        '\\',
        '&',
        ';',
        '&#',
        '~~',
      ],
      ...[
        '](',
        ']: ',
        '<!--',
        '-->',
        '<?',
        '<![CDATA[',
        'http://',
        'javascript:',
        '..',
        '/',
        '%2e',
        '%2f',
      ],
      ...[
        '[x] ',
        '#L1',
        '?',
        '@',
        '://',
        '\r',
        '\0',
        '\ufeff',
        '\u2028',
        '\ud800',
        '<a href="',
        '<b>',
      ],
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  it('whatever it says has only elements, attributes and addresses that are allowed', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(foreignIn(render(pieces.join('')).html)).toEqual([])
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    ['**b** *e* ~~s~~ `c`', '<strong>b</strong> <em>e</em> <s>s</s> <code>c</code>'],
    ['a  \nb', 'a<br>\nb'],
    ['> q', '<blockquote><p>q</p>\n</blockquote>'],
    ['3. x\n4. y', '<ol start="3"><li>x\n</li>\n<li>y\n</li>\n</ol>'],
    ['    a < b', '<pre tabindex="0"><code>a &lt; b\n</code></pre>'],
    ['|a|\n|:-:|\n|b|', '<th class="center">a</th>'],
    ['- [x] a', '<input type="checkbox" disabled checked aria-label="Done"> a'],
    ['- [ ] a', '<input type="checkbox" disabled aria-label="To do"> a'],
    ['[x] a', '<p>[x] a</p>'],
    ['see readme.md', '<p>see readme.md</p>'],
    ['&copy; &lt;', '<p>© &lt;</p>'],
    ['<p align="center"><b>Name</b><br>next</p>', '<p>Name<br>\nnext</p>'],
    ['a\u202eb', '<p>a‹U+202E›b</p>'],
  ])('%j is rendered', (text, html) => {
    expect(render(text).html).toContain(html)
  })

  it.each([
    ['[x](b.md)', '/view/repo/docs/guide/b.md'],
    ['[x](../b.md)', '/view/repo/docs/b.md'],
    ['[x](../../b.md)', '/view/repo/b.md'],
    ['[x](/b.md)', '/view/repo/b.md'],
    ['[x](./a/./b%20c.md)', '/view/repo/docs/guide/a/b%20c.md'],
    ['[x](<a b?.md>)', '/view/repo/docs/guide/a%20b'],
    ['[x](sub/)', '/view/repo/docs/guide/sub/'],
    ['[x](..)', '/view/repo/docs/'],
    ['[x](../..)', '/view/repo/'],
    ['[x](b.md#Some-Part)', '/view/repo/docs/guide/b.md#md-some-part'],
    ['[x](b.c#L10-L20)', '/view/repo/docs/guide/b.c#L10-L20'],
    ['[x](b.md?plain=1#L3)', '/view/repo/docs/guide/b.md?plain=1#L3'],
    ['[x](b.png?raw=true)', '/view/repo/docs/guide/b.png'],
    ['[x](#Über-uns)', '#md-%C3%BCber-uns'],
    ['[x](//a.example/b)', 'https://a.example/b'],
    ['[x](mailto:a@b.example)', 'mailto:a@b.example'],
    ['<http://a.example/?b&c>', 'http://a.example/?b&c'],
    ['https://a.example/b.', 'https://a.example/b'],
    ['![x](http://a.example/b.png)', 'http://a.example/b.png'],
  ])('%s leads to %s', (text, href) => {
    expect(hrefsOf(text)).toEqual([href])
  })

  it.each(['[x](../../../b.md)', '[x](ftp://a.example)', '[x](a%2fb)', '[x](%ff)', '[x](x:y)'])(
    '%s leads nowhere, and is text',
    (text) => {
      expect(hrefsOf(text)).toEqual([])
      expect(wordsOf(treeOf(text))).toContain('x')
    },
  )

  it('whose directory has no name in text has links from the top only', () => {
    const options = {
      place: { ...place, directory: undefined },
      mostHtml: 1_000,
      escapeText: escapeHtml,
    }
    const { html } = renderMarkdown('[x](a) [y](/b)', options)
    expect(all(readHtml(html), 'a').map(({ attributes }) => attributes.href)).toEqual([
      '/view/repo/b',
    ])
  })

  it('shows pictures of the repository, and loads no other', () => {
    const root = treeOf(
      '![a](b.png "t") ![](c.png) [![d](http://a.example/d.svg)](/e) ![f](http://a.example/f.png)',
    )
    expect(all(root, 'img').map(({ attributes }) => [attributes.src, attributes.alt])).toEqual([
      ['/image/repo/docs/guide/b.png', 'a'],
      ['/image/repo/docs/guide/c.png', 'c.png'],
    ])
    expect(all(root, 'a').map((link) => `${link.attributes.href} ${wordsOf(link)}`)).toEqual([
      '/view/repo/e d',
      'http://a.example/f.png f',
    ])
  })

  it('has a heading for each of its own, with an address as GitHub has it', () => {
    const root = treeOf(
      '# A *b* `c`!\n\n### Über & uns\n\n# Same\n\n# Same\n\n# Same-1\n\n###### L10\n',
    )
    const headings = ['h2', 'h3', 'h4'].flatMap((tag) => all(root, tag))
    expect(headings.map(({ tag, attributes }) => [tag, attributes.id])).toEqual([
      ['h2', 'md-a-b-c'],
      ['h2', 'md-same'],
      ['h2', 'md-same-1'],
      ['h2', 'md-same-1-1'],
      ['h3', 'md-über--uns'],
      ['h3', 'md-l10'],
    ])
    for (const heading of headings) {
      const { href } = one(heading, 'a.anchor').attributes
      expect(decodeURIComponent(href!)).toBe(`#${heading.attributes.id}`)
    }
  })

  it('says what is left out of it', () => {
    expect(render('<div>\n\na\n\n</div>').leftOut).toEqual(['html'])
    expect(render('a <b>c</b>').leftOut).toEqual(['html'])
    expect(render('<!-- c -->\n\na <!-- c --><br>b').leftOut).toEqual([])
    expect(render(`${'> '.repeat(99)}deep`).leftOut).toEqual(['depth'])
    expect(render(`${'> '.repeat(200)}deep`)).toMatchObject({ leftOut: ['depth'] })
    expect(render(`${'> '.repeat(90)}deep`).html).toContain('deep')
    expect(render(`${'> '.repeat(90)}deep`).leftOut).toEqual([])
  })

  it('does not become longer than it may', () => {
    const text = `[a]: http://a.example/${'x'.repeat(10_000)}\n\n${'[a] '.repeat(1_000)}`
    expect(() => render(text)).toThrow(TooLong)
    expect(render(text, 20_000_000).html.length).toBeGreaterThan(10_000_000)
  })
})
