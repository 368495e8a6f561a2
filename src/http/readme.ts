import { type CatalogFile, pathBelowRoot } from '../corpus/catalog.ts'
import { openInside, readHead } from '../corpus/door.ts'
import { contentOf } from './content.ts'
import { notesOf, renderDocument } from './document.ts'
import { type FilePlace, isMarkdown, nameOf } from './links.ts'
import { mostMarkdownBytes } from './markdown.ts'
import { visible, visibleLines } from './marks.ts'
import type { Server } from './server.ts'
import { size } from './words.ts'

/** In the order in which they are preferred, as GitHub does. */
const names = ['readme.md', 'readme.markdown', 'readme', 'readme.txt']

const longestName = 15
const letterR = 0x72

/** Of the files of a directory, the one that says what it is about. */
export function readmeOf(files: readonly CatalogFile[]): CatalogFile | undefined {
  const found = new Map<string, CatalogFile>()
  const start = (files[0]?.path.lastIndexOf('/') ?? 0) + 1
  for (const file of files) {
    // Of many files, few need a closer look.
    const isShort = file.path.length - start <= longestName
    if (!isShort || (file.path[start]! | 0x20) !== letterR) continue
    const name = nameOf(file).toLowerCase()
    const isOpen = file.state === 'searched' || file.state === 'pending'
    if (isOpen && names.includes(name) && !found.has(name)) found.set(name, file)
  }
  return preferred(found)
}

/** The same among names at a revision, bytes one character each. */
export function readmeAmong<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
): Entry | undefined {
  return preferred(new Map(entries.map((entry) => [entry.name.toLowerCase(), entry])))
}

/** @param found by their names in small letters */
const preferred = <File>(found: ReadonlyMap<string, File>): File | undefined =>
  names.map((name) => found.get(name)).find((file) => file !== undefined)

/** The section below a listing; empty if the file cannot be opened, or is no text. */
export async function readmeSection(server: Server, file: CatalogFile): Promise<string> {
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (typeof door === 'string') return ''
  const bytes = readHead(door, mostMarkdownBytes)
  door.close()
  return sectionOf(server, file, bytes, door.bytes <= mostMarkdownBytes)
}

/** The same of a file whose content is at hand. */
export const readmeSectionOf = (
  server: Server,
  file: FilePlace,
  content: Buffer,
): Promise<string> =>
  sectionOf(
    server,
    file,
    content.subarray(0, mostMarkdownBytes),
    content.length <= mostMarkdownBytes,
  )

async function sectionOf(
  server: Server,
  file: FilePlace,
  bytes: Buffer,
  isWhole: boolean,
): Promise<string> {
  const content = await contentOf(bytes, server.config.encodings.get(file.repository.name))
  if (content.kind === 'binary') return ''
  const common = { name: visible(nameOf(file)), url: server.links.file(file) }
  if (!isMarkdown(file.path)) {
    return server.render('readme-plain', {
      ...common,
      text: visibleLines(content.text.replaceAll('\r\n', '\n')),
      cut: isWhole ? undefined : `Only the first ${size(mostMarkdownBytes)} are shown here.`,
    })
  }
  const rendering = isWhole
    ? await renderDocument(server, file, content.text)
    : ({ kind: 'refused', reason: 'long' } as const)
  const notes = notesOf(file, rendering)
  const [head, foot] = await Promise.all([
    server.render('readme-head', { ...common, notes }),
    server.render('readme-foot', {}),
  ])
  return head + (rendering.kind === 'rendered' ? rendering.html : '') + foot
}
