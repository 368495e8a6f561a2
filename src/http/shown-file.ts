import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Charset } from '../charset.ts'
import type { Repository } from '../corpus/catalog.ts'
import type { Language } from '../corpus/language.ts'
import type { Form } from '../query/form.ts'
import type { Beside, Lines } from './blame-beside.ts'
import { codePage } from './code-page.ts'
import { contentOf, type Text } from './content.ts'
import { documentPage } from './document.ts'
import { type Drift, driftOf } from './drift-view.ts'
import type { FindBefore } from './find-before.ts'
import { formAt } from './form-at.ts'
import { type GitLinks, linksOfNoText } from './git-links.ts'
import { isKnown } from './headers.ts'
import { layout } from './layout.ts'
import { type FilePlace, isMarkdown, pathText } from './links.ts'
import { visible } from './marks.ts'
import { noTextPage, pictureOf, picturePage } from './not-text.ts'
import { wantsOutline } from './outline.ts'
import type { Pinned } from './pinned.ts'
import { type Preview, previewOf } from './preview.ts'
import { withNow } from './range-bar.ts'
import { currentCatalog, type Server, sentUrl } from './server.ts'
import { soughtBy } from './sought.ts'
import { steps, wayBack } from './trail.ts'
import { type TreeView, treeView } from './tree.ts'
import { canonicalAddress, wantedPlace, wantsSource } from './wanted.ts'
import { plural, size } from './words.ts'

/** A file as its page shows it, wherever its bytes come from. */
export interface ShownFile extends FilePlace {
  readonly repository: Repository
  readonly language: Language | undefined
  readonly bytes: number
  /** Another one for every other content. */
  readonly version: string
  /** All of it; asked for once, and not if it is over `max-file-bytes`. */
  read(): Buffer | Promise<Buffer>
  /** The commit that it is of, and what leads from there: what `views/pinned.eta` shows. */
  readonly pinned?: Pinned
  /** What stands beside it at its revision. */
  readonly tree?: TreeView | undefined
  /** How long a browser may keep its page without asking, in seconds. */
  readonly keepSeconds?: number
  /** What git knows of it: links of its head. */
  readonly gitLinks?: GitLinks | undefined
  /** Whether blame stands beside its lines, or comes: it is asked for when the head of the page has been sent. */
  readonly blame?: ((lines: Lines) => Promise<Beside>) | undefined
  /** Finds the newest version before this one of which `find` answers something, if git knows it. */
  readonly findBefore?: FindBefore
}

/** The page of a file. @param reading what it is read as, and whether the request said so */
export async function showFile(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  file: ShownFile,
  reading: { readonly charset: Charset | undefined; readonly isAsked: boolean },
) {
  const url = sentUrl(request)
  const canonical = canonicalAddress(url)
  if (canonical !== undefined) return reply.redirect(canonical, 301)
  const wanted = wantedPlace(url)
  const back = wayBack(server, request)
  const sought = soughtBy(server, request, back)
  const tree =
    file.revision === undefined
      ? treeView(server, await currentCatalog(server), file.repository, file.path)
      : file.tree
  const { charset } = reading
  const facts = [server.version, file.version, charset, wanted, back?.url, sought?.parameters, tree]
  /** Whether the client has the page as it is; the one that lacks something is another, so that it is not kept. */
  const isThere = (...lacks: readonly (string | undefined)[]) => {
    reply.header('cache-control', keeping(file.keepSeconds)).type('text/html; charset=utf-8')
    // Another time there may be an outline.
    if (wantsOutline(request)) return false
    const hash = createHash('sha256').update(
      JSON.stringify([...facts, lacks.filter((lack) => lack !== undefined)]),
    )
    const tag = `"${hash.digest('base64url').slice(0, 22)}"`
    reply.header('etag', tag)
    return isKnown(request, tag)
  }
  if (isThere()) return reply.status(304).send()

  const bytes = file.bytes > server.config.limits.fileBytes ? undefined : await file.read()
  const isSourceAsked = wantsSource(url) || file.blame !== undefined
  const picture = bytes && pictureOf(file, bytes, isSourceAsked)
  const content = bytes && !picture ? await contentOf(bytes, charset) : undefined
  const text = content?.kind === 'text' ? content : undefined
  const drift = text && (await driftOf(text, wanted))
  if (drift && wanted.ranges.length > 0 && drift.now !== wanted.now) {
    // The fragment, which no server sees, still says the old line.
    const fragment = drift.isGone ? '#drift' : `#L${drift.ranges[0]!.from}`
    return reply.removeHeader('etag').redirect(withNow(url, drift.now) + fragment)
  }
  const preview = previewFor(file, text, drift)
  const { head, foot } = await layout(server, {
    title: preview.title,
    preview,
    // Every range of a file is an address; the file is one.
    noindex: wanted.ranges.length > 0,
    form: formOf(file, sought?.form ?? back?.form),
    styles: ['file.css'],
  })
  const common = {
    steps: steps(server, file.repository.name, file.path, file.revision),
    pinned: file.pinned,
    gitLinks: file.gitLinks,
    back,
    tree,
    raw: server.links.raw(file),
    size: size(file.bytes),
    language: file.language?.name,
    path: visible(pathText(file)),
  }
  const noText = { ...common, gitLinks: linksOfNoText(file.gitLinks) }
  if (picture) {
    const own = picture.isDrawing ? common : noText
    return reply.send(head + (await picturePage(server, file, picture, own)) + foot)
  }
  if (!text || !drift) return reply.send(head + (await noTextPage(server, bytes, noText)) + foot)
  const document =
    isMarkdown(file.path) && !isSourceAsked
      ? await documentPage(server, file, text, common)
      : { notes: [] }
  if (document.html !== undefined) return reply.send(head + document.html + foot)
  const page = await codePage(server, request, reply, {
    ...{ file, text, reading, wanted, sought, drift, common, isSourceAsked },
    notes: document.notes,
  })
  if (isThere(...page.lacks, ...document.notes)) return reply.status(304).send()
  const whole = async function* () {
    yield head + page.head
    yield* page.rest()
    yield foot
  }
  return reply.send(Readable.from(whole(), { highWaterMark: 1 }))
}

const keeping = (seconds: number | undefined): string =>
  seconds === undefined ? 'private, no-cache' : `private, max-age=${seconds}`

/** What a link to the page shows of it elsewhere. */
function previewFor(file: ShownFile, text: Text | undefined, drift: Drift | undefined): Preview {
  const facts = [size(file.bytes), file.language?.name].filter((fact) => fact !== undefined)
  const names = { path: visible(pathText(file)), repository: visible(file.repository.name) }
  if (!text) return { title: `${names.path} · ${names.repository}`, description: facts.join(', ') }
  return previewOf(
    names,
    text,
    drift?.ranges ?? [],
    [plural(text.lines, 'line'), ...facts].join(', '),
  )
}

/** A search begun on a file's page is about its repository as it is shown, unless it goes on with the one that led there. */
const formOf = (file: ShownFile, form: Form | undefined): Form =>
  form && file.revision === undefined ? form : formAt(file, form)
