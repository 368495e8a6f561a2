import type { Failure } from '../failure.ts'
import type { TreeMessage } from './tree-message.ts'

/** Why there is no tree, for whoever has asked for it. */
export function treeFailure(
  message: TreeMessage | undefined,
  what: string,
  revision: string,
  limits: { readonly maxFiles: number; readonly maxBytes: number; readonly mostBytes: number },
): Failure {
  const refused = (text: string): Failure => ({
    kind: 'bad-parameter',
    parameter: 'rev',
    value: revision,
    message: text,
  })
  switch (message?.type) {
    case 'too-large':
      return refused(
        message.tooLarge === 'files'
          ? `${what} has more than ${limits.maxFiles} files (max-revision-files): too large a tree to be searched.`
          : `The files of ${what} take more than ${megabytes(limits.maxBytes)} on disk (max-revision-bytes): too large a tree to be searched.`,
      )
    case 'no-room':
      return {
        kind: 'busy',
        message: `There is no room for the files of ${what} beside those that are being searched: ${megabytes(limits.mostBytes)} in all (max-revision-cache-bytes).`,
        retryAfterSeconds: 30,
      }
    case 'trouble':
      return isPassing(message.code)
        ? {
            kind: 'busy',
            message: `The files of ${what} cannot be written at the moment: ${words[message.code] ?? message.code}.`,
            retryAfterSeconds: 30,
          }
        : refused(
            `The files of ${what} cannot be written here to be searched: ${words[message.code] ?? message.code}. --cache says where.`,
          )
    case 'failed':
      return message.failure.kind === 'not-found'
        ? refused(message.failure.message)
        : message.failure
    default:
      return { kind: 'busy', message: `${what} was not wanted any more.`, retryAfterSeconds: 1 }
  }
}

const isPassing = (code: string): boolean =>
  ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOENT', 'EIO'].includes(code)

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the cache directory may not be written in',
  EPERM: 'the cache directory may not be written in',
  ENOENT: 'what was written has been removed meanwhile',
}

const megabytes = (bytes: number): string =>
  `${Math.floor(bytes / 1_000_000).toLocaleString('en')} MB`

export const switchedOff: Failure = {
  kind: 'bad-parameter',
  parameter: 'rev',
  message: 'Revisions are not searched on this server (max-revision-bytes is 0).',
}

export const unjudged: Failure = {
  kind: 'busy',
  message: 'What may be seen of this revision could not be found out.',
  retryAfterSeconds: 2,
}

/** How far a tree is that is being written. @param begun.beganMs in `performance.now()` */
export function beingWritten(begun: {
  readonly what: string
  readonly progress: { readonly part: number; readonly files: number } | undefined
  readonly beganMs: number
}): Failure {
  const { what, progress, beganMs } = begun
  const { part = 0, files = 0 } = progress ?? {}
  const seconds = (performance.now() - beganMs) / 1_000
  // As long again as it has taken, for as much; but not so long that nobody sees it go on.
  const left = part > 0.05 ? Math.min(5, Math.max(1, Math.ceil((seconds * (1 - part)) / part))) : 2
  const far = progress ? `: ${Math.floor(100 * part)} % of ${files} files` : ''
  return {
    ...{ kind: 'busy', retryAfterSeconds: left, isUnderway: true },
    message: `The files of ${what} are being written to be searched${far}.`,
  }
}
