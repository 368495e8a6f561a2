import type { Absence } from '../corpus/why-absent.ts'
import { type Limits, limitTable } from '../limits.ts'
import type { Reason } from '../search/why.ts'
import { visible } from './marks.ts'
import { count, plural, size } from './words.ts'

const filterNames = { repo: 'repository', path: 'path', lang: 'language' } as const

/** A reason in words. */
export function reasonText(reason: Reason, limits: Limits): string {
  switch (reason.kind) {
    case 'found':
      return `It is found: ${foundText(reason)}. Where it is not on the page, the answer was cut before it.`
    case 'no-match':
      return 'It was searched, and nothing in it matches.'
    case 'searched':
      return 'It is one of the files that are searched.'
    case 'filtered':
      return reason.filter === undefined
        ? `It is outside the filters: no ${filterNames[reason.by]} filter includes it.`
        : `It is outside the filters: the ${filterNames[reason.by]} filter ${visible(reason.filter)} excludes it.`
    case 'held':
      return reason.excludes
        ? `It matches, and holds ${visible(reason.text)} as well, which a filter excludes.`
        : `It matches, and does not hold ${visible(reason.text)}, which a filter asks for.`
    case 'binary':
      return `It is binary, and not searched: there is a NUL at byte ${count(reason.byte)}${reason.isDecoded ? ' of its text as UTF-8' : ''}.`
    case 'large':
      return `It has ${count(reason.bytes)} bytes, and files over ${size(limits[reason.limit])} are not searched (${limitTable[reason.limit].name}).`
    case 'unreadable':
      return 'It cannot be read.'
    case 'slow':
      return 'Searching it alone takes longer than the time limit.'
    case 'given-up':
      return 'PCRE2 gave up in the middle of it, by its own limits.'
    case 'changed':
      return 'It is no longer as it was listed.'
  }
}

function foundText({ matchingLines, isLeast, ofName }: Reason & { kind: 'found' }): string {
  if (ofName) return 'its name matches'
  const lines = plural(matchingLines, 'line')
  return `${isLeast ? 'at least ' : ''}${lines} of it ${matchingLines === 1 ? 'matches' : 'match'}`
}

/** An absence in words. @param prefix of the repository below its root, where ignore files are counted from */
export function absenceText(absence: Absence, prefix: string): string {
  switch (absence.kind) {
    case 'hidden':
      return 'A name in this path begins with a dot. Such files are hidden: they are not searched, unless the setting “hidden” lets in those that git tracks, and git’s own never are. Whether there is such a file is not told.'
    case 'ignored':
      return `Files of this path are ignored ${ruleText(absence, prefix)}. Whether there is such a file is not told.`
    case 'ignored-or-absent':
      return 'There is no such file, or it is ignored: which of the two cannot be told on this server.'
    case 'bare':
      return 'This is a bare git repository, which has no files to search.'
    case 'absent':
      return 'There is no file of this path.'
    case 'link':
      return `${shown(absence.link)} is a symbolic link, and links are not followed.`
    case 'special':
      return 'It is not a regular file.'
    case 'unreadable':
      return 'A directory above it cannot be entered.'
    case 'new':
      return 'It has come since the files were last listed, and will be found soon.'
  }
}

function ruleText({ rule, isExclude }: Absence & { kind: 'ignored' }, prefix: string): string {
  if (isExclude) return 'by a rule of the checkout’s own, which is not kept with its files'
  if (!rule) return 'by a rule of an ignore file'
  // A directory above the repository has no name for its readers.
  if (!rule.file.startsWith(prefix)) {
    return `by the rule ${visible(rule.text)}, in line ${count(rule.line)} of an ignore file above the repository`
  }
  const file = shown(rule.file.slice(prefix.length))
  return `by the rule ${visible(rule.text)}, in line ${count(rule.line)} of ${file}`
}

const shown = (bytes: string): string => visible(Buffer.from(bytes, 'latin1').toString('utf8'))
