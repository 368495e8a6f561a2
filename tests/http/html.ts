/**
 * A strict reader of our own pages. It knows the markup that our templates write and throws at anything else: what a
 * browser would repair in silence (an attribute without quotes, a stray `<`, an element that is not closed) is how
 * text that was not escaped would show.
 */
export interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Element | string)[]
}

const voidTags = new Set(['meta', 'link', 'input', 'img', 'br', 'hr'])

const token =
  /<!doctype html>|<\/(?<close>[a-z][a-z0-9]*)>|<(?<open>[a-z][a-z0-9]*)(?<attributes>(?: [a-z][a-z0-9-]*(?:="[^"<>]*")?)*)>|(?<text>[^<]+)/gy

export function readHtml(html: string): Element {
  const root = { tag: '#document', attributes: {}, children: [] as (Element | string)[] }
  const open = [root]
  token.lastIndex = 0
  while (token.lastIndex < html.length) {
    const at = token.lastIndex
    const { groups } = token.exec(html) ?? {}
    if (!groups) throw new Error(`no markup of ours: ${html.slice(at, at + 120)}`)
    const parent = open.at(-1)!
    if (groups.text !== undefined) parent.children.push(unescaped(groups.text))
    else if (groups.close) {
      if (parent.tag !== groups.close) {
        throw new Error(
          `</${groups.close}> closes <${parent.tag}>: ${html.slice(at - 80, at + 40)}`,
        )
      }
      open.pop()
    } else if (groups.open) {
      const element = {
        tag: groups.open,
        attributes: attributesOf(groups.attributes!),
        children: [],
      }
      parent.children.push(element)
      if (!voidTags.has(element.tag)) open.push(element)
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)!.tag}> is not closed`)
  return root
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name, value] of text.matchAll(/ ([a-z0-9-]+)(?:="([^"]*)")?/g)) {
    if (name! in attributes) throw new Error(`${name} stands twice in${text}`)
    attributes[name!] = unescaped(value ?? '')
  }
  return attributes
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#13;': '\r',
}

function unescaped(text: string): string {
  return text.replace(/&[^;\s]*;?/g, (entity) => {
    const character = entities[entity]
    if (character === undefined) throw new Error(`${entity} is no escape of ours`)
    return character
  })
}

/** Every element, in the order of the page. */
export function* everyElement(root: Element): Generator<Element> {
  for (const child of root.children) {
    if (typeof child === 'string') continue
    yield child
    yield* everyElement(child)
  }
}

/** The elements that `tag#id.class[name][name=value]` describes, below those that the part before a space does. */
export function all(root: Element, selector: string): readonly Element[] {
  let found: Element[] = [root]
  for (const part of selector.split(' ')) {
    const is = matcher(part)
    found = [...new Set(found.flatMap((element) => [...everyElement(element)].filter(is)))]
  }
  return found
}

function matcher(part: string): (element: Element) => boolean {
  const tests = [...part.matchAll(/([#.]?)([\w-]+)|\[([\w-]+)(?:=([^\]]*))?\]/g)].map(
    ([, sign, name, attribute, value]) =>
      ({ tag, attributes }: Element) => {
        if (attribute)
          return value === undefined ? attribute in attributes : attributes[attribute] === value
        if (sign === '#') return attributes.id === name
        if (sign === '.') return (attributes.class ?? '').split(' ').includes(name!)
        return tag === name
      },
  )
  return (element) => tests.every((test) => test(element))
}

/** The only such element. */
export function one(root: Element, selector: string): Element {
  const found = all(root, selector)
  if (found.length !== 1) throw new Error(`${found.length} elements are ${selector}`)
  return found[0]!
}

/** What an element says, as it stands. */
export const textOf = (element: Element): string =>
  element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('')

/** What an element says, as it reads: white space folded. */
export const wordsOf = (element: Element): string => textOf(element).replace(/\s+/g, ' ').trim()
