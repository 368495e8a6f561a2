import { isUtf8 } from 'node:buffer'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog } from '../corpus/catalog.ts'
import { languageOf } from '../corpus/language.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import { isWholeId } from '../git/revision.ts'
import { readBlob, type TreeEntry } from '../git/tree.ts'
import { emptyForm } from '../query/parameters.ts'
import { type AtCommit, findAtCommit, lookAt } from './at-revision.ts'
import { blameBeside, type Lines } from './blame-beside.ts'
import { outLinks } from './code-host-links.ts'
import { sendFailure } from './errors.ts'
import { findBefore } from './find-before.ts'
import { gitLinks } from './git-links.ts'
import { layout } from './layout.ts'
import { visible } from './marks.ts'
import { sendOutline } from './outline.ts'
import { commitName, nowOf, type Pinned } from './pinned.ts'
import { requestSignal, type Server } from './server.ts'
import { showFile } from './shown-file.ts'
import type { RevisionTarget } from './target.ts'
import { steps, wayBack } from './trail.ts'
import { wantedCharset, wantsBlame } from './wanted.ts'
import { size } from './words.ts'

/** What a commit has at a path, with its content if it is one that is shown. */
export interface ContentAtCommit {
  readonly found: AtCommit
  /** `undefined` for directories, submodules, what is too large, and what is not there. */
  readonly content: Buffer | undefined
}

/** Reads what a commit has at a path. */
export function readAtCommit(
  server: Server,
  catalog: Catalog,
  { repository, revision, path }: RevisionTarget,
  signal: AbortSignal,
): Promise<Result<ContentAtCommit>> {
  return lookAt(server, repository, signal, async (look) => {
    const found = await findAtCommit(server, catalog, look, repository, revision, path, signal)
    if (!found.ok) return found
    const { entry, refs } = found.value
    const most = server.config.limits.fileBytes
    const isRead =
      (entry?.kind === 'file' || entry?.kind === 'link') &&
      entry.bytes !== undefined &&
      entry.bytes <= most
    const content = isRead ? await readBlob(look, refs.format, entry.id, most) : undefined
    return succeeded({ found: found.value, content })
  })
}

/** How long the page of a commit's file may be kept: what is said of the file as it is now may then be as old. */
const keepSeconds = 300

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
  const read = await readAtCommit(server, catalog, target, signal)
  if (!read.ok) return sendFailure(server, request, reply, read.failure)
  const { found, content } = read.value
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
    return treePage(server, target, found, request, reply)
  }
  const pinned = pinnedView(server, catalog, target, found, content)
  if (entry.kind !== 'file' || content === undefined) {
    return entryPage(server, catalog, target, found, content, pinned, request, reply)
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
    pinned,
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
  pinned: Pinned,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const inner =
    entry!.kind === 'submodule' && submoduleOf(server, catalog, repository, path, entry!)
  const { head, foot } = await layout(server, {
    title: visible(`${path.toString('utf8')} · ${repository.name}@${revision}`),
    form: { ...emptyForm, repo: [repository.name] },
  })
  const body = await server.render('entry', {
    path: visible(path.toString('utf8')),
    steps: steps(server, repository.name, path, revision),
    back: wayBack(server, request),
    pinned,
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

async function treePage(
  server: Server,
  { repository, revision, path }: RevisionTarget,
  { children, details }: AtCommit,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { links } = server
  const name = path.length === 0 ? '' : `${path.toString('utf8')} · `
  const { head, foot } = await layout(server, {
    title: visible(`${name}${repository.name}@${revision}`),
    form: { ...emptyForm, repo: [repository.name] },
  })
  const below = (child: TreeEntry) => {
    const own = Buffer.from(child.name, 'latin1')
    return path.length === 0 ? own : Buffer.concat([path, Buffer.from('/'), own])
  }
  const rows = children.map((child) => ({
    kind: child.kind,
    name: visible(Buffer.from(child.name, 'latin1').toString('utf8')),
    url:
      child.kind === 'directory'
        ? links.directory(repository.name, below(child), revision)
        : links.file({ repository, path: below(child), revision }),
    size: child.bytes === undefined ? '' : size(child.bytes),
  }))
  const byName = (a: { name: string }, b: { name: string }) => collator.compare(a.name, b.name)
  const body = await server.render('revision-tree', {
    path: visible(path.toString('utf8')) || visible(repository.name),
    steps: steps(server, repository.name, path, revision),
    back: wayBack(server, request),
    pinned: {
      commit: commitName(server, repository, details, Date.now()),
      latest: links.directory(repository.name, path),
      isOther: false,
      note: undefined,
    },
    history: links.history({ repository, path, revision }),
    refs: links.refs(repository.name),
    directories: rows.filter(({ kind }) => kind === 'directory').sort(byName),
    others: rows.filter(({ kind }) => kind !== 'directory').sort(byName),
  })
  const keep = isWholeId(revision) ? `private, max-age=${keepSeconds}` : 'private, no-cache'
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', keep)
    .send(head + body + foot)
}

const collator = new Intl.Collator('en', { numeric: true })

/** The content for a request that takes nothing else. */
export async function contentAtCommit(
  server: Server,
  catalog: Catalog,
  target: RevisionTarget,
  signal: AbortSignal,
): Promise<Result<ContentAtCommit & { readonly content: Buffer }>> {
  const read = await readAtCommit(server, catalog, target, signal)
  if (!read.ok) return read
  const { found, content } = read.value
  if (content === undefined || found.entry?.kind !== 'file') {
    return failed({
      kind: 'not-found',
      message: 'This is no file whose content can be had.',
      nearest: { repository: target.repository.name, path: '' },
    })
  }
  return succeeded({ found, content })
}
