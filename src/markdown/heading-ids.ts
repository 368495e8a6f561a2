import { headingPrefix } from './target.ts'

/** Ids for the headings of one document, from what they say: the ones that GitHub gives, with our prefix. */
export function createHeadingIds(): (text: string) => string {
  const used = new Set<string>()
  const last = new Map<string, number>()
  return (text) => {
    const slug = text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-')
    let id = slug
    let number = last.get(slug) ?? 0
    while (used.has(id)) id = `${slug}-${++number}`
    last.set(slug, number)
    used.add(id)
    return headingPrefix + id
  }
}
