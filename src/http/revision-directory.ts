import type { FastifyReply, FastifyRequest } from 'fastify'
import { isWholeId } from '../git/revision.ts'
import type { TreeEntry } from '../git/tree.ts'
import type { AtCommit } from './at-revision.ts'
import { childPath } from './byte-path.ts'
import { formAt } from './form-at.ts'
import { layout } from './layout.ts'
import { visible } from './marks.ts'
import { commitName, keepSeconds } from './pinned.ts'
import { readmeSectionOf } from './readme.ts'
import type { Server } from './server.ts'
import type { RevisionTarget } from './target.ts'
import { steps, wayBack } from './trail.ts'
import { inOrder, treeThen } from './tree.ts'
import { size } from './words.ts'

/** What a directory says of itself. */
export interface Readme {
  /** Bytes, one character each. */
  readonly name: string
  readonly content: Buffer
}

/** A directory as a commit has it. */
export interface DirectoryThen {
  readonly found: AtCommit
  /** What may be seen beside it, itself among them. */
  readonly siblings: readonly TreeEntry[]
  readonly readme: Readme | undefined
}

/** The page of a directory as a commit has it. */
export async function revisionDirectory(
  server: Server,
  target: RevisionTarget,
  { found, siblings, readme }: DirectoryThen,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { repository, revision, path } = target
  const { links } = server
  const title = path.length === 0 ? '' : `${path.toString('utf8')} · `
  const { head, foot } = await layout(server, {
    title: visible(`${title}${repository.name}@${revision}`),
    form: formAt({ repository, revision }),
    styles: ['directory.css'],
  })
  const placeOf = (name: string) => ({
    ...{ repository, revision },
    path: childPath(path, Buffer.from(name, 'latin1')),
  })
  const rows = inOrder(found.children).map(({ kind, name, bytes }) => {
    const place = placeOf(name)
    return {
      kind,
      name: visible(Buffer.from(name, 'latin1').toString('utf8')),
      url:
        kind === 'directory'
          ? links.directory(repository.name, place.path, revision)
          : links.file(place),
      size: bytes === undefined ? '' : size(bytes),
    }
  })
  const body = await server.render('revision-tree', {
    path: visible(path.toString('utf8')) || visible(repository.name),
    steps: steps(server, repository.name, path, revision),
    back: wayBack(server, request),
    pinned: {
      commit: commitName(server, repository, found.details, Date.now()),
      latest: links.directory(repository.name, path),
      isOther: false,
      note: undefined,
    },
    tree: treeThen(server, target, siblings),
    history: links.history({ repository, path, revision }),
    refs: links.refs(repository.name),
    directories: rows.filter(({ kind }) => kind === 'directory'),
    others: rows.filter(({ kind }) => kind !== 'directory'),
  })
  const about = readme ? await readmeSectionOf(server, placeOf(readme.name), readme.content) : ''
  const keep = isWholeId(revision) ? `private, max-age=${keepSeconds}` : 'private, no-cache'
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', keep)
    .send(head + body + about + foot)
}
