import { isUtf8 } from 'node:buffer'
import { parentOf } from './byte-path.ts'
import type { Text } from './content.ts'
import { type FilePlace, nameOf } from './links.ts'
import { mostMarkdownBytes, type Rendering } from './markdown.ts'
import type { Server } from './server.ts'
import { plural, size } from './words.ts'

/** A Markdown file of a repository as HTML, its links led to where they belong. Never rejects. */
export function renderDocument(
  { links, markdown }: Server,
  file: FilePlace,
  text: string,
): Promise<Rendering> {
  const top = { ...file, path: Buffer.alloc(0) }
  const directory = parentOf(file.path)
  return markdown.render(text, {
    view: links.file(top),
    image: links.image(top),
    directory: isUtf8(directory) ? directory.toString('utf8') : undefined,
  })
}

/** The page of a Markdown file, or why it is not rendered. @param common what every page of a file begins with */
export async function documentPage(
  server: Server,
  file: FilePlace,
  { text, lines, encoding }: Text,
  common: object,
): Promise<{ readonly html?: string; readonly notes: readonly string[] }> {
  const rendering = await renderDocument(server, file, text)
  const notes = notesOf(file, rendering)
  if (rendering.kind === 'refused') return { notes }
  const [head, foot] = await Promise.all([
    server.render('document-head', {
      ...common,
      notes,
      encoding,
      lines: plural(lines, 'line'),
      source: server.links.source(file),
    }),
    server.render('document-foot', {}),
  ])
  return { html: head + rendering.html + foot, notes }
}

/** What a reader is told beside a document. */
export function notesOf(file: FilePlace, rendering: Rendering): readonly string[] {
  if (rendering.kind === 'rendered') return rendering.leftOut.map((what) => leftOutNotes[what])
  return [`${nameOf(file)} is not rendered: ${refusals[rendering.reason]}.`]
}

const leftOutNotes = {
  html: 'HTML tags in this document are left out; the text between them is shown.',
  depth: 'What is nested more than a hundred deep in this document is left out.',
} as const

const refusals = {
  long: `it is, or would become, too long (over ${size(mostMarkdownBytes)} of text)`,
  slow: 'that takes too long',
  busy: 'the server is busy with others; reload in a moment',
  broken: 'that failed; reload in a moment',
} as const
