import type { Catalog } from '../corpus/catalog.ts'
import { type Limits, limitTable } from '../limits.ts'
import type { Form } from '../query/parameters.ts'
import { fileLimit, timeLimit } from '../search/bounds.ts'
import type { Ledger, LeftOut, PlanAccount, StoppedBy } from '../search/ledger.ts'
import { visible } from './marks.ts'
import type { Server } from './server.ts'
import { count, duration, plural, size } from './words.ts'

/** The ledger in words, for `views/ledger.eta`. */
export function ledgerView(
  server: Server,
  ledger: Ledger,
  page: { readonly form: Form; readonly next: string | undefined; readonly catalog: Catalog },
) {
  const { limits } = server.config
  const { searched, scope, candidates, stoppedBy } = ledger
  return {
    end: ledger.end,
    stoppedBy,
    isEmpty: ledger.matchingLines === 0,
    lines: plural(ledger.matchingLines, 'line'),
    matches: plural(ledger.matches, 'match', 'matches'),
    files: plural(ledger.files, 'file'),
    elapsed: duration(ledger.elapsedMs),
    searched: searchedText({ ...searched, inPart: 0 }, scope),
    inFull: searchedText(searched, scope),
    read: candidates === scope ? undefined : plural(candidates, 'file'),
    leftOut: leftOutRows(ledger.leftOut, limits, page.form),
    stopped: stoppedBy && stopText(stoppedBy, server, ledger, page.form),
    next: page.next,
    changedSince: ledger.changedSince,
    pending: !ledger.preliminary
      ? undefined
      : `This account is preliminary. Files are still being looked at: ${count(server.corpus.looked)} of ${count(page.catalog.columns.count)}.`,
    scannedAt: new Date(ledger.scannedAtMs).toISOString(),
    watched: ledger.watched,
    shared: ledger.shared,
    generation: ledger.generation,
    api: server.links.api(page.form),
    plan: ledger.plan && planRows(ledger.plan),
    explain: server.links.search(page.form, { explain: '1' }),
  }
}

function searchedText({ files, bytes, inPart }: Ledger['searched'], scope: number): string {
  if (files === scope) return `${plural(files, 'file')}, ${size(bytes)}`
  const part = inPart > 0 ? ` and ${count(inPart)} in part` : ''
  return `${count(files)}${part} of ${plural(scope, 'file')}, ${size(bytes)}`
}

/** How the answer was come by, as terms and what is said of them. */
function planRows(plan: PlanAccount): readonly { term: string; text: string }[] {
  const ms = (value: number) => `${value.toFixed(1)} ms`
  return [
    { term: 'The index was asked for', text: visible(plan.query ?? 'nothing: there is none') },
    {
      term: 'It read',
      text: `${plural(plan.listsRead, 'list')}, ${plural(plan.postingsRead, 'posting')}`,
    },
    { term: 'Candidates not in the index', text: count(plan.unindexed) },
    { term: 'ripgrep processes', text: count(plan.processes) },
    { term: 'Files selected after', text: ms(plan.selectedMs) },
    { term: 'Candidates known after', text: ms(plan.narrowedMs) },
    ...(plan.firstMs === undefined ? [] : [{ term: 'First match after', text: ms(plan.firstMs) }]),
    { term: 'Everything after', text: ms(plan.endedMs) },
  ]
}

function stopText(stoppedBy: StoppedBy, server: Server, ledger: Ledger, form: Form): string {
  const { limits } = server.config
  const named = (key: keyof typeof limitTable, value: string) =>
    `${value} (${limitTable[key].name})`
  switch (stoppedBy) {
    case 'lines':
      return `Stopped after ${named('lines', plural(ledger.matchingLines, 'matching line'))}.`
    case 'file-lines':
      return `Every file was searched; of some only the first ${named('linesPerFile', plural(limits.linesPerFile, 'matching line'))} are shown.`
    case 'time': {
      const limit = timeLimit(form, limits)
      return `Stopped after ${named(limit, plural(limits[limit], 'second'))}.`
    }
    case 'bytes':
      return `Stopped after ${named('replyBytes', `${size(limits.replyBytes)} of text`)}.`
    case 'shutdown':
      return 'Stopped: the server is being shut down.'
    case 'crash':
      return 'ripgrep ended unexpectedly: this answer is incomplete.'
    case 'client':
      return 'Stopped on request.'
  }
}

const reasons: Readonly<Record<keyof LeftOut, string>> = {
  binary: 'binary (they hold a NUL)',
  large: 'too large',
  unreadable: 'unreadable',
  changed: 'changed while they were searched',
  slow: 'not finished within the time limit',
  givenUp: 'given up in the middle (PCRE2’s own limits)',
  ignored: 'ignored (.gitignore, .ignore)',
  hidden: 'hidden (dot files)',
  links: 'symbolic links',
  special: 'not regular files',
}

function leftOutRows(
  leftOut: LeftOut,
  limits: Limits,
  form: Form,
): readonly { text: string; count: string }[] {
  return Object.entries(reasons).flatMap(([reason, text]) => {
    const value = leftOut[reason as keyof LeftOut]
    if (value === 0) return []
    const limit = fileLimit(form, limits)
    const large = `over ${size(limits[limit])} (${limitTable[limit].name})`
    const words = reason === 'large' ? large : text
    return [{ text: words, count: value === undefined ? 'not counted yet' : count(value) }]
  })
}
