import { parser } from '@lezer/markdown'
import type { lineFormats } from './outline.ts'
import type { Named } from './symbol.ts'

/** @param isLate as for `symbolsOfCode`; and what is returned then */
export type Reader = (text: string, isLate: () => boolean) => readonly Named[] | undefined

/** What is named in a text of such a format. */
export const inLines: Readonly<Record<(typeof lineFormats)[number], Reader>> = {
  markdown: headings,
  makefile: (text) => matching(text, 'target', /^(?![.#\s])([^#:=\t]+?)\s*::?(?![:=])/),
  toml: (text) =>
    sections(matching(text, 'table', /^[ \t]*\[\[?[ \t]*([^[\]]+?)[ \t]*\]\]?[ \t]*(?:#|$)/), text),
}

function matching(text: string, kind: string, pattern: RegExp): readonly Named[] {
  return text.split('\n').flatMap((whole, index) => {
    const name = pattern.exec(whole.slice(0, longestLine).replace(/\r$/, ''))?.[1]
    return name === undefined ? [] : [{ name, kind, line: index + 1, endLine: index + 1 }]
  })
}
const longestLine = 1_000

/** Each goes on to the next. */
function sections(found: readonly Named[], text: string): readonly Named[] {
  const last = lineCount(text)
  return found.map((one, index) => ({ ...one, endLine: (found[index + 1]?.line ?? last + 1) - 1 }))
}

function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

/** A heading goes on to the next of its level, or of one above. */
function headings(text: string, isLate: () => boolean): readonly Named[] | undefined {
  const found: { name: string; level: number; line: number }[] = []
  let line = 1
  let counted = 0
  const parse = parser.startParse(text)
  let tree = parse.advance()
  while (!tree && !isLate()) tree = parse.advance()
  tree?.iterate({
    enter({ name, from, to }) {
      const level = Number(/^(?:ATX|Setext)Heading(\d)$/.exec(name)?.[1] ?? 0)
      if (level === 0) return name !== 'Paragraph'
      for (; counted < from; counted++) if (text.charCodeAt(counted) === 0x0a) line++
      found.push({ name: headingText(text.slice(from, to)), level, line })
      return false
    },
  })
  if (!tree) return undefined
  const open: { level: number; end: (line: number) => void }[] = []
  const all = found.map(({ name, level, line }) => {
    while (open.length > 0 && open.at(-1)!.level >= level) open.pop()!.end(line - 1)
    const heading = { name, kind: 'heading', line, endLine: line }
    open.push({
      level,
      end: (last) => {
        heading.endLine = last
      },
    })
    return heading
  })
  const last = lineCount(text)
  for (const { end } of open) end(last)
  return all
}

/** Without what makes it a heading. */
const headingText = (source: string): string =>
  source
    .replace(/^#{1,6}(?:[ \t]+|$)/, '')
    .replace(/(?:^|[ \t]+)#+[ \t]*$/, '')
    .replace(/\n[ \t]*(?:=+|-+)[ \t]*$/, '')
