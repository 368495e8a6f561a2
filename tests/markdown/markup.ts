import { type Element, everyElement, readHtml } from '../http/html.ts'

/** The attributes that each element may have; there are no others. Links and pictures say where they lead. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['p', 'ul', 'li', 'blockquote', 'hr', 'br', 'code', 'strong', 'em', 's'].map((tag) => [
      tag,
      [],
    ]),
  ),
  ...Object.fromEntries(['table', 'thead', 'tbody', 'tr'].map((tag) => [tag, []])),
  ...Object.fromEntries(['h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, ['id']])),
  ol: ['start'],
  th: ['class'],
  td: ['class'],
  pre: ['tabindex'],
  div: ['class', 'tabindex'],
  span: ['class'],
  a: ['href', 'rel', 'title', 'class', 'aria-label'],
  img: ['src', 'alt', 'title', 'loading'],
  input: ['type', 'disabled', 'checked', 'aria-label'],
}

/** Where a document of the tests lies. */
export const place = { view: '/view/repo/', image: '/image/repo/', directory: 'docs/guide' }

/** What in a rendered document must not be there. */
export function foreignIn(html: string): readonly string[] {
  // Throws at anything that a browser would repair.
  return [...everyElement(readHtml(html))].flatMap((element) => {
    const { tag, attributes } = element
    const names = allowed[tag]
    if (!names) return [`<${tag}>`]
    return Object.entries(attributes).flatMap(([name, value]) =>
      names.includes(name) && isSafe(element, name, value) ? [] : [`<${tag} ${name}="${value}">`],
    )
  })
}

function isSafe({ attributes }: Element, name: string, value: string): boolean {
  if (name === 'id') return value.startsWith('md-')
  if (name === 'class') return /^(?:wide|left|center|right|picture|anchor)$/.test(value)
  if (name === 'start') return /^\d+$/.test(value)
  if (name === 'src') return isBelow(value, place.image)
  if (name !== 'href') return true
  if (value.startsWith('#')) return value === '#' || value.startsWith('#md-') || /^#L\d/.test(value)
  // As a browser reads it.
  const url = new URL(value, 'https://ours.invalid/view/repo/docs/guide/README.md')
  if (url.host === 'ours.invalid') return isBelow(value, place.view)
  return (
    ['http:', 'https:', 'mailto:'].includes(url.protocol) && attributes.rel === 'nofollow noopener'
  )
}

/** Whether an address stays below another, for a browser and for a server that decodes it. */
function isBelow(value: string, base: string): boolean {
  const { origin, pathname } = new URL(value, 'https://ours.invalid')
  const components = decodeURIComponent(value.replace(/[?#].*/, '')).split('/')
  return (
    value.startsWith(base) &&
    origin === 'https://ours.invalid' &&
    pathname.startsWith(base) &&
    !components.includes('..') &&
    !components.includes('.')
  )
}
