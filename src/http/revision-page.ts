import { isUtf8 } from 'node:buffer'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog } from '../corpus/catalog.ts'
import { languageOf } from '../corpus/language.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import { isWholeId } from '../git/revision.ts'
import { readBlob, type TreeEntry } from '../git/tree.ts'
import { type AtCommit, findAtCommit, lookAt } from './at-revision.ts'
import { blameBeside, type Lines } from './blame-beside.ts'
import { outLinks } from './code-host-links.ts'
import { sendFailure } from './errors.ts'
import { findBefore } from './find-before.ts'
import { formAt } from './form-at.ts'
import { gitLinks } from './git-links.ts'
import { layout } from './layout.ts'
import { visible } from './marks.ts'
import { sendOutline } from './outline.ts'
import { commitName, keepSeconds, nowOf, type Pinned } from './pinned.ts'
import { readmeAmong } from './readme.ts'
import { type Readme, revisionDirectory } from './revision-directory.ts'
import { requestSignal, type Server } from './server.ts'
import { showFile } from './shown-file.ts'
import type { RevisionTarget } from './target.ts'
import { steps, wayBack } from './trail.ts'
import { type TreeView, treeThen } from './tree.ts'
import { wantedCharset, wantsBlame } from './wanted.ts'
import { size } from './words.ts'

/** What a commit has at a path, with its content if it is one that is shown. */
export interface ContentAtCommit {
  readonly found: AtCommit
  /** `undefined` for directories, submodules, what is too large, and what is not there. */
  readonly content: Buffer | undefined
  /** What stands beside it, and what a directory says of itself, if that is asked for. */
  readonly siblings: readonly TreeEntry[]
  readonly readme: Readme | undefined
}

/** Reads what a commit has at a path. @param isShown whether its page is shown, with what is around it */
function readAtCommit(
  server: Server,
  catalog: Catalog,
  { repository, revision, path }: RevisionTarget,
  signal: AbortSignal,
  isShown: boolean,
): Promise<Result<ContentAtCommit>> {
  return lookAt(server, repository, signal, async (look) => {
    const found = await findAtCommit(server, catalog, look, repository, revision, path, signal)
    if (!found.ok) return found
    const { entry, children, refs, listBeside } = found.value
    const most = server.config.limits.fileBytes
    const read = async ({ id, bytes }: TreeEntry) =>
      bytes !== undefined && bytes <= most ? readBlob(look, refs.format, id, most) : undefined
    const isRead = entry?.kind === 'file' || entry?.kind === 'link'
    const content = isRead ? await read(entry) : undefined
    const about = isShown ? readmeAmong(children.filter(({ kind }) => kind === 'file')) : undefined
    const text = about && (await read(about))
    const readme = text && { name: about.name, content: text }
    const siblings = isShown ? await listBeside() : []
    return succeeded({ found: found.value, content, siblings, readme })
  })
}

/** `GET /view/REPO@REV/PATH`: a file or directory as a commit has it. */
export async function revisionPage(
  server: Server,
  catalog: Catalog,
  target: RevisionTarget,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { repository, revision, path } = target
  const signal = requestSignal(server, reply)
  const read = await readAtCommit(server, catalog, target, signal, true)
  if (!read.ok) return sendFailure(server, request, reply, read.failure)
  const { found, content, siblings, readme } = read.value
  const { entry, commit } = found
  const isDirectory = entry === undefined || entry.kind === 'directory'
  // What is checked out is another commit tomorrow: the address that is shared is the commit's.
  if (revision === 'HEAD') {
    const pinned = { repository, path, revision: commit }
    return reply.redirect(
      isDirectory
        ? server.links.directory(repository.name, path, commit)
        : server.links.file(pinned),
      302,
    )
  }
  if (isDirectory) {
    if (!target.hasSlash && isUtf8(path)) {
      return reply.redirect(server.links.directory(repository.name, path, revision), 301)
    }
    return revisionDirectory(server, target, { found, siblings, readme }, request, reply)
  }
  const tree = treeThen(server, target, siblings)
  const pinned = pinnedView(server, catalog, target, found, content)
  if (entry.kind !== 'file' || content === undefined) {
    const shown = { pinned, tree }
    return entryPage(server, catalog, target, found, content, shown, request, reply)
  }
  const wanted = wantedCharset(server, request, repository)
  if (!wanted.ok) return sendFailure(server, request, reply, wanted.failure)
  const isBlamed = wantsBlame(request)
  const shown = {
    repository,
    path,
    revision,
    language: languageOf(path.toString('utf8'), firstLineOf(content)),
    bytes: content.length,
    version: `${commit} ${entry.id} ${pinned.latest !== undefined} ${pinned.isOther} ${isBlamed}`,
    ...{ pinned, tree },
    gitLinks: gitLinks(server, target, {
      isPinned: isWholeId(revision),
      isBlamed,
      out: await outLinks(server, repository, path, commit, signal),
    }),
    blame: isBlamed
      ? (lines: Lines) => {
          const asked = { repository, path, revision: commit, content }
          return blameBeside(server, catalog, asked, lines, signal)
        }
      : undefined,
    ...(isWholeId(revision) ? { keepSeconds } : {}),
    findBefore: findBefore(server, catalog, { repository, path, revision: commit }, signal),
    read: () => content,
  }
  return showFile(server, request, reply, shown, wanted.value)
}

/** `GET /api/outline/REPO@REV/PATH`: of a file as a commit has it. */
export async function outlineAtRevision(
  server: Server,
  catalog: Catalog,
  target: RevisionTarget,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { repository, revision, path } = target
  const read = await contentAtCommit(server, catalog, target, requestSignal(server, reply))
  if (!read.ok) return sendFailure(server, request, reply, read.failure)
  const wanted = wantedCharset(server, request, repository)
  if (!wanted.ok) return sendFailure(server, request, reply, wanted.failure)
  const { found, content } = read.value
  const file = {
    ...{ repository, path, revision },
    language: languageOf(path.toString('utf8'), firstLineOf(content)),
    bytes: content.length,
    version: `${found.commit} ${found.entry!.id}`,
    read: () => content,
  }
  return sendOutline(server, request, reply, file, wanted.value)
}

function pinnedView(
  server: Server,
  catalog: Catalog,
  { repository, path }: RevisionTarget,
  { details, entry, refs }: AtCommit,
  content: Buffer | undefined,
): Pinned {
  const now =
    entry?.kind === 'file'
      ? nowOf(server, catalog, repository, path, entry.id, refs.format)
      : 'absent'
  return {
    commit: commitName(server, repository, details, Date.now()),
    latest: now === 'absent' ? undefined : server.links.file({ repository, path }),
    isOther: now === 'other',
    note: content && isLfsPointer(content) ? lfsNote : undefined,
  }
}

const firstLineOf = (content: Buffer): string =>
  content.toString('latin1', 0, 256).split('\n', 1)[0]!

/** What Git LFS commits in the place of a large file. */
export const isLfsPointer = (content: Buffer): boolean =>
  content.length < 1_024 &&
  content.toString('latin1', 0, 42) === 'version https://git-lfs.github.com/spec/v1'

const lfsNote =
  'This is what Git LFS keeps in the repository in place of a large file: its digest and size. The content is elsewhere.'

/** What is no text: a link, a submodule, what is too large or not there. */
async function entryPage(
  server: Server,
  catalog: Catalog,
  { repository, revision, path }: RevisionTarget,
  { entry }: AtCommit,
  content: Buffer | undefined,
  shown: { readonly pinned: Pinned; readonly tree: TreeView | undefined },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const inner =
    entry!.kind === 'submodule' && submoduleOf(server, catalog, repository, path, entry!)
  const { head, foot } = await layout(server, {
    title: visible(`${path.toString('utf8')} · ${repository.name}@${revision}`),
    form: formAt({ repository, revision }),
    styles: ['directory.css'],
  })
  const body = await server.render('entry', {
    path: visible(path.toString('utf8')),
    steps: steps(server, repository.name, path, revision),
    back: wayBack(server, request),
    ...shown,
    reason: reasonOf(server, entry!, content),
    inner: inner || undefined,
  })
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'private, no-cache')
    .send(head + body + foot)
}

function reasonOf({ config }: Server, entry: TreeEntry, content: Buffer | undefined): string {
  if (entry.kind === 'submodule') {
    return `A submodule: another repository, at its commit ${entry.id}.`
  }
  if (entry.kind === 'link' && content) {
    return `A symbolic link, which is not followed. It leads to: ${visible(content.toString('utf8'))}`
  }
  return entry.bytes === undefined
    ? 'The content is not here: this clone does not have all objects.'
    : `This file has ${size(entry.bytes)}, more than ${size(config.limits.fileBytes)} (max-file-bytes). It is not shown.`
}

/** The submodule at the commit, if it is served. */
function submoduleOf(
  { links }: Server,
  catalog: Catalog,
  { root, prefix }: RevisionTarget['repository'],
  path: Buffer,
  entry: TreeEntry,
) {
  const place = `${prefix}${path.toString('latin1')}/`
  const inner = catalog.repositories.find((one) => one.root === root && one.prefix === place)
  return inner && { name: visible(inner.name), url: links.directory(inner.name, '', entry.id) }
}

/** The content for a request that takes nothing else. */
export async function contentAtCommit(
  server: Server,
  catalog: Catalog,
  target: RevisionTarget,
  signal: AbortSignal,
): Promise<Result<ContentAtCommit & { readonly content: Buffer }>> {
  const read = await readAtCommit(server, catalog, target, signal, false)
  if (!read.ok) return read
  const { found, content } = read.value
  if (content === undefined || found.entry?.kind !== 'file') {
    return failed({
      kind: 'not-found',
      message: 'This is no file whose content can be had.',
      nearest: { repository: target.repository.name, path: '' },
    })
  }
  return succeeded({ ...read.value, content })
}
