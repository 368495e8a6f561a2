import type { Repository } from '../corpus/catalog.ts'
import type { FilePlace } from './links.ts'
import type { Server } from './server.ts'

/** Where git leads from a file's page, as `views/git-links.eta` shows it. */
export interface GitLinks {
  /** The same file, as the commit has it that is checked out, or that a branch or tag leads to now. */
  readonly pin: string | undefined
}

/** Of a live file: `undefined` where there is no git to ask. */
export async function liveGitLinks(
  server: Server,
  file: FilePlace & { readonly repository: Repository },
): Promise<GitLinks | undefined> {
  if (file.repository.kind !== 'checkout' || !(await server.git.isInstalled)) return undefined
  return gitLinks(server, file, false)
}

/** @param isPinned whether the address says a whole commit id already */
export function gitLinks({ links }: Server, place: FilePlace, isPinned: boolean): GitLinks {
  return {
    pin: isPinned ? undefined : links.file({ ...place, revision: place.revision ?? 'HEAD' }),
  }
}
