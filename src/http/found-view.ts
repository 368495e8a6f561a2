import type { CatalogFile } from '../corpus/catalog.ts'
import type { Form } from '../query/form.ts'
import type { FileMatches } from '../search/events.ts'
import { rowsView } from './file-view.ts'
import { type Links, pathText } from './links.ts'
import { pathSegments, visible } from './marks.ts'
import type { Server } from './server.ts'
import { plural } from './words.ts'

/** A file whose name matches, for `views/file-name.eta`. */
export function nameView(
  links: Links,
  form: Form,
  { file, matchCount, pathMatches = [] }: FileMatches,
) {
  const path = pathText(file)
  return {
    repository: file.repository.name,
    path,
    place: visible(file.repository.name),
    url: links.file(file, form.encoding),
    count: plural(matchCount, 'match', 'matches'),
    segments: pathSegments(path, pathMatches),
  }
}

/** One file's block, for `views/file-matches.eta`. @param twin the same file in another place, shown already */
export function blockView(
  { links, config }: Server,
  form: Form,
  more: Readonly<Record<string, string>>,
  found: FileMatches,
  twin: CatalogFile | undefined,
) {
  const { file, lines, matchingLines, matchCount } = found
  const path = pathText(file)
  const slash = path.lastIndexOf('/') + 1
  return {
    repository: file.repository.name,
    path,
    place: visible(file.repository.name),
    directory: visible(path.slice(0, slash)),
    name: visible(path.slice(slash)),
    url: links.file(file, form.encoding),
    lines: links.linesOf(file, form.encoding),
    count: `${plural(matchCount, 'match', 'matches')}${found.more === undefined ? '' : ' and more'}`,
    lineCount: plural(matchingLines, 'line'),
    more: found.more === undefined ? undefined : links.search(form, { ...more, after: found.more }),
    clipped: lines.some(({ clippedAt }) => clippedAt !== undefined)
      ? plural(config.limits.lineBytes, 'byte')
      : undefined,
    twin: twin && visible(`${twin.repository.name} ${pathText(twin)}`),
    ...rowsView(links, found, {
      encoding: form.encoding,
      lineBytes: config.limits.lineBytes,
      isReplaced: form.replace !== undefined,
    }),
  }
}
