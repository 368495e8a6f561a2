import { type Limits, limitTable } from '../limits.ts'
import type { LeftOut } from '../search/ledger.ts'
import { size } from './words.ts'

/** Why files are left out, in words. @param limit which one says how large a file may be */
export const leftOutTexts = (
  limits: Limits,
  limit: keyof Limits = 'fileBytes',
): Readonly<Record<keyof LeftOut, string>> => ({
  binary: 'binary (they hold a NUL)',
  large: `over ${size(limits[limit])} (${limitTable[limit].name})`,
  unreadable: 'unreadable',
  changed: 'changed while they were searched',
  slow: 'not finished within the time limit',
  givenUp: 'given up in the middle (PCRE2’s own limits)',
  ignored: 'ignored (.gitignore, .ignore)',
  hidden: 'hidden (dot files)',
  links: 'symbolic links',
  special: 'not regular files',
})
