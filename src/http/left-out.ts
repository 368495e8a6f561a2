import type { LeftOut } from '../search/ledger.ts'
import { size } from './words.ts'

/** Why files are left out, in words. @param fileBytes the largest file that is searched */
export const leftOutTexts = (fileBytes: number): Readonly<Record<keyof LeftOut, string>> => ({
  binary: 'binary (they hold a NUL)',
  large: `over ${size(fileBytes)} (max-file-bytes)`,
  unreadable: 'unreadable',
  changed: 'changed while they were searched',
  slow: 'not finished within the time limit',
  ignored: 'ignored (.gitignore, .ignore)',
  hidden: 'hidden (dot files)',
  links: 'symbolic links',
  special: 'not regular files',
})
