import MarkdownIt, { type Env, type Token } from 'markdown-it'
import { createHeadingIds } from './heading-ids.ts'
import { type DocumentPlace, targetOf } from './target.ts'

/** What of a document is not shown as it was meant. */
export type LeftOut =
  /** Tags; the text between them is shown. */
  | 'html'
  /** What is nested too deeply. */
  | 'depth'

export interface Rendered {
  readonly html: string
  readonly leftOut: readonly LeftOut[]
}

export interface RenderOptions {
  readonly place: DocumentPlace
  /** For text and for attributes. */
  readonly escapeText: (text: string) => string
  /** UTF-16 units of HTML. */
  readonly mostHtml: number
}

/** The document would be longer than is shown: a reference can be repeated at will. */
export class TooLong extends Error {}

const parser = new MarkdownIt({ html: true, linkify: true })
// Else every `name.md` is taken for a host in Moldova.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false })

const deepest = parser.options.maxNesting ?? 100

/** Elements that are opened and closed by a token each, without attributes. */
const plainElements = new Set([
  'p',
  'ul',
  'li',
  'blockquote',
  'thead',
  'tbody',
  'tr',
  'strong',
  'em',
  's',
])

/**
 * Markdown (CommonMark, and GitHub's tables, strikethrough, task lists and heading anchors) as HTML. Only elements
 * and attributes that are written here can come of it: HTML in the document is not among them. Time and output are
 * the document's to choose, up to `mostHtml` and what the caller does about time.
 */
export function renderMarkdown(text: string, options: RenderOptions): Rendered {
  const env: Env = {}
  const tokens = parser.parse(text, env)
  const writer = createWriter(options, env)
  if (tokens.some(isDeepest)) writer.leftOut.add('depth')
  writer.blocks(tokens)
  return { html: writer.parts.join(''), leftOut: [...writer.leftOut] }
}

/** The parser stops without a word at what is nested deeper. */
const isDeepest = ({ level, children }: Token): boolean =>
  level >= deepest - 1 || (children?.some(isDeepest) ?? false)

function createWriter({ place, escapeText, mostHtml }: RenderOptions, env: Env) {
  const parts: string[] = []
  const leftOut = new Set<LeftOut>()
  const headingId = createHeadingIds()
  let length = 0
  let lastHeading = 1
  /** What closes each link that is open: nothing where it leads nowhere. */
  const openLinks: { readonly close: string; readonly from: number; readonly name: string }[] = []

  const write = (html: string) => {
    length += html.length
    if (length > mostHtml) throw new TooLong()
    parts.push(html)
  }

  const attribute = (name: string, value: string | number | null | undefined): string =>
    value ? ` ${name}="${escapeText(String(value))}"` : ''

  /** The attributes of a link. */
  function linkTo(destination: string): string | undefined {
    const target = targetOf(destination, place)
    switch (target?.kind) {
      case 'outside':
        return `href="${escapeText(target.url)}" rel="nofollow noopener"`
      case 'inside':
        return `href="${escapeText(place.view + target.path + target.rest)}"`
      case 'heading':
        return `href="${escapeText(target.fragment || '#')}"`
      case undefined:
        return undefined
    }
  }

  function blocks(tokens: readonly Token[]): void {
    /** The id and text of the heading that is open. */
    let heading = ''
    for (const [at, token] of tokens.entries()) {
      const { type, tag, nesting, content } = token
      if (type === 'inline') {
        if (tokens[at - 2]?.type === 'list_item_open') inline(withoutTask(token))
        else inline(token.children ?? [])
      } else if (type === 'heading_open') {
        // One step down at a time, so that the page keeps an outline; its own heading is the first.
        lastHeading = Math.min(Number(tag[1]) + 1, lastHeading + 1, 6)
        heading = headingId(textOf(tokens[at + 1]?.children ?? []))
        write(`<h${lastHeading} id="${escapeText(heading)}">`)
      } else if (type === 'heading_close') {
        write(
          ` <a class="anchor" href="#${escapeText(encodeURIComponent(heading))}" aria-label="Link to this heading">#</a></h${lastHeading}>\n`,
        )
      } else if (type === 'fence' || type === 'code_block') {
        write(`<pre tabindex="0"><code>${escapeText(content)}</code></pre>\n`)
      } else if (type === 'hr') write('<hr>\n')
      else if (type === 'html_block') htmlBlock(content)
      else if (type === 'table_open') write('<div class="wide" tabindex="0"><table>')
      else if (type === 'table_close') write('</table></div>\n')
      else if (type === 'th_open' || type === 'td_open') {
        const side = /(?:left|center|right)$/.exec(String(token.attrGet('style') ?? ''))?.[0]
        write(`<${tag}${attribute('class', side)}>`)
      } else if (type === 'th_close' || type === 'td_close') write(`</${tag}>`)
      else if (type === 'ordered_list_open') {
        const start = Number(token.attrGet('start') ?? 1)
        write(start === 1 ? '<ol>' : `<ol start="${start}">`)
      } else if (type === 'ordered_list_close') write('</ol>\n')
      else if (plainElements.has(tag) && nesting !== 0) {
        // Paragraphs of a tight list.
        if (token.hidden) write(nesting === 1 ? '' : '\n')
        else write(nesting === 1 ? `<${tag}>` : `</${tag}>\n`)
      } else write(escapeText(content))
    }
  }

  /** The text of HTML, of which a browser would make paragraphs, too. */
  function htmlBlock(content: string): void {
    const children = parser.parseInline(content, env)[0]?.children ?? []
    const isEmpty = children.every(
      ({ type, content }) => type !== 'image' && (type === 'html_inline' || content.trim() === ''),
    )
    if (isEmpty) {
      if (children.some(isTag)) leftOut.add('html')
      return
    }
    write('<p>')
    inline(children)
    write('</p>\n')
  }

  /** A task's box stands for its `[x]`. */
  function withoutTask({ children }: Token): readonly Token[] {
    const [first, ...others] = children ?? []
    const task = first?.type === 'text' ? /^\[([ xX])\]\s/.exec(first.content) : null
    if (!first || !task) return children ?? []
    const isDone = task[1] !== ' '
    write(
      `<input type="checkbox" disabled${isDone ? ' checked' : ''} aria-label="${isDone ? 'Done' : 'To do'}"> `,
    )
    first.content = first.content.slice(task[0].length)
    return [first, ...others]
  }

  function inline(tokens: readonly Token[]): void {
    for (const token of tokens) {
      const { type, tag, nesting, content } = token
      if (type === 'softbreak') write('\n')
      else if (type === 'hardbreak') write('<br>\n')
      else if (type === 'code_inline') write(`<code>${escapeText(content)}</code>`)
      else if (type === 'link_open') openLink(token)
      else if (type === 'link_close') closeLink()
      else if (type === 'image') picture(token)
      else if (type === 'html_inline') {
        if (/^<br\s*\/?>$/i.test(content)) write('<br>\n')
        else if (isTag(token)) leftOut.add('html')
      } else if (plainElements.has(tag) && nesting !== 0) {
        write(nesting === 1 ? `<${tag}>` : `</${tag}>`)
      } else write(escapeText(content))
    }
  }

  function openLink(token: Token): void {
    const destination = String(token.attrGet('href') ?? '')
    const attributes = linkTo(destination)
    if (attributes) write(`<a ${attributes}${attribute('title', token.attrGet('title'))}>`)
    openLinks.push({ close: attributes ? '</a>' : '', from: parts.length, name: destination })
  }

  function closeLink(): void {
    const link = openLinks.pop()
    // Nobody can follow a link that says nothing.
    if (link && parts.length === link.from) write(escapeText(link.name))
    write(link?.close ?? '')
  }

  /** A picture of the repository; others are not loaded from where they are, and are links. */
  function picture(token: Token): void {
    const destination = String(token.attrGet('src') ?? '')
    const name = textOf(token.children ?? []) || (/[^/]*$/.exec(destination)?.[0] ?? '')
    const target = targetOf(destination, place)
    if (target?.kind === 'inside') {
      const source = place.image + target.path
      write(
        `<img src="${escapeText(source)}" alt="${escapeText(name)}"${attribute('title', token.attrGet('title'))} loading="lazy">`,
      )
    } else if (target?.kind === 'outside' && openLinks.length === 0) {
      write(`<a class="picture" ${linkTo(destination)}>${escapeText(name)}</a>`)
    } else write(`<span class="picture">${escapeText(name)}</span>`)
  }

  return { blocks, parts, leftOut }
}

const isTag = ({ type, content }: Token): boolean =>
  type === 'html_inline' && !content.startsWith('<!--')

/** What inline tokens say. */
const textOf = (tokens: readonly Token[]): string =>
  tokens
    .map(({ type, content, children }) => {
      if (type === 'image') return textOf(children ?? [])
      if (type === 'softbreak' || type === 'hardbreak') return ' '
      return type === 'html_inline' ? '' : content
    })
    .join('')
