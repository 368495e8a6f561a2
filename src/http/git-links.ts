import { isUtf8 } from 'node:buffer'
import type { Repository } from '../corpus/catalog.ts'
import type { OutLink } from './code-host-links.ts'
import type { FilePlace } from './links.ts'
import type { Server } from './server.ts'

/** Where git leads from a file's page, as `views/git-links.eta` shows it. */
export interface GitLinks {
  /** The same file, as the commit has it that is checked out, or that a branch or tag leads to now. */
  readonly pin: string | undefined
  /** The page with blame, or, where it has it, without; `undefined` for what has no lines. */
  readonly blame: string | undefined
  readonly isBlamed: boolean
  readonly history: string
  /** With `{line}` and `{last}`, which a script puts in. */
  readonly historyOfLines: string
  /** Where others show it, and an editor. */
  readonly out: readonly OutLink[]
}

export function gitLinks(
  { links }: Server,
  place: FilePlace,
  how: {
    readonly isPinned: boolean
    readonly isBlamed: boolean
    readonly out: readonly OutLink[]
  },
): GitLinks {
  return {
    pin: how.isPinned ? undefined : links.file({ ...place, revision: place.revision ?? 'HEAD' }),
    blame: how.isBlamed ? links.file(place) : links.blame(place),
    isBlamed: how.isBlamed,
    history: links.history(place),
    historyOfLines: `${links.history(place)}${isUtf8(place.path) ? '?' : '&'}L={line}-{last}`,
    out: how.out,
  }
}

/** The same for what is no text. */
export const linksOfNoText = (links: GitLinks | undefined): GitLinks | undefined =>
  links && { ...links, blame: undefined }

/** Whether git can be asked about the files of a repository. */
export const hasGit = async (
  { git }: Server,
  { kind }: Pick<Repository, 'kind'>,
): Promise<boolean> => kind !== 'directory' && (await git.isInstalled)
