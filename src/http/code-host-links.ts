import { type CodeHost, codeHostOf, editorOf, filledIn } from '../code-host.ts'
import type { Repository } from '../corpus/catalog.ts'
import { succeeded } from '../failure.ts'
import { findGitDirectory } from '../git/directory.ts'
import { lookInto } from '../git/look.ts'
import { readStanding, type Standing, standingIfKnown } from '../git/standing.ts'
import type { Server } from './server.ts'

/** A link that leads out, with what a script puts lines into. */
export interface OutLink {
  readonly name: string
  readonly url: string
  readonly line: string
  readonly lines: string
}

/** @param commit that is shown; the one that is checked out for a live file */
export async function outLinks(
  server: Server,
  repository: Repository,
  path: Buffer,
  commit: string | undefined,
  signal: AbortSignal,
): Promise<readonly OutLink[]> {
  const { codeHosts, editor } = server.config
  const standing = await standingOf(server, repository, signal)
  const host = codeHostOf(standing?.origin, codeHosts.get(repository.name))
  const at = commit ?? standing?.head.id
  const whole = Buffer.concat([
    Buffer.from(`${repository.root}/`),
    Buffer.from(repository.prefix, 'latin1'),
    path,
  ])
  return [
    ...(host && at ? [outLink(host, at, path)] : []),
    ...(editor && commit === undefined ? [outLink(editorOf(editor), '', whole)] : []),
  ]
}

const outLink = ({ name, file, line, lines }: CodeHost, commit: string, path: Buffer): OutLink => ({
  name,
  url: filledIn(file, commit, path),
  line: filledIn(line, commit, path),
  lines: filledIn(lines, commit, path),
})

/** A page does without where it would have to wait for it. */
async function standingOf(
  { git }: Server,
  { root, prefix, kind }: Repository,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  const directory = findGitDirectory(root, prefix, kind)
  if (typeof directory === 'string') return undefined
  const known = standingIfKnown(directory)
  if (known) return known
  const read = await lookInto(git, directory, signal, async (look) =>
    succeeded(await readStanding(look)),
  )
  return read.ok ? read.value : undefined
}
