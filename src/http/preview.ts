import { lineOf, type Text } from './content.ts'
import { visible } from './marks.ts'
import { formatSelection, type SelectedLines } from './selection.ts'

/** What a link becomes where it is pasted: Open Graph, for chats and the like. */
export interface Preview {
  readonly title: string
  readonly description: string
}

/** Characters of the code that are shown; readers cut more off anyway. */
const mostCharacters = 300

/** @param path and repository, as text for people @param otherwise what is said of a file without selected lines */
export function previewOf(
  { path, repository }: { readonly path: string; readonly repository: string },
  content: Text,
  ranges: readonly SelectedLines[],
  otherwise: string,
): Preview {
  const shown = ranges.filter(({ from }) => from <= content.lines)
  const lines = shown.length === 0 ? '' : `:${formatSelection(shown)}`
  return {
    title: `${path}${lines} · ${repository}`,
    description: shown.length === 0 ? otherwise : codeOf(content, shown),
  }
}

/** The lines without the indentation that all of them have, cut between two characters. */
function codeOf(content: Text, ranges: readonly SelectedLines[]): string {
  const texts: string[] = []
  let characters = 0
  for (const { from, to } of ranges) {
    for (let line = from; line <= Math.min(to, content.lines); line++) {
      if (characters > 2 * mostCharacters) break
      // What is cut off here is far behind the end.
      const text = lineOf(content, line)
        .slice(0, 4 * mostCharacters)
        .trimEnd()
      characters += text.trimStart().length + 1
      texts.push(text)
    }
  }
  const indented = texts.filter((text) => text !== '')
  const common = Math.min(...indented.map((text) => text.length - text.trimStart().length))
  const code = texts
    .map((text) => visible(text.slice(common)).replaceAll('\t', '  '))
    .join('\n')
    .trim()
  const all = Array.from(code)
  return all.length <= mostCharacters ? code : `${all.slice(0, mostCharacters - 1).join('')}…`
}
