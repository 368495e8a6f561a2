import type { Catalog } from '../corpus/catalog.ts'
import type { Commit } from '../git/commit.ts'
import { type Limits, limitTable } from '../limits.ts'
import type { Form } from '../query/form.ts'
import type { Query } from '../query/query.ts'
import { fileLimit, timeLimit } from '../search/bounds.ts'
import type { Counting, Ledger, LeftOut, StoppedBy, Totals } from '../search/ledger.ts'
import { referenceCommand } from '../search/reference-command.ts'
import { leftOutTexts } from './left-out.ts'
import { visible } from './marks.ts'
import { commitName } from './pinned.ts'
import { planView } from './plan-view.ts'
import type { Server } from './server.ts'
import { count, duration, plural, size } from './words.ts'

/** The ledger in words, for `views/ledger.eta`. */
export function ledgerView(
  server: Server,
  ledger: Ledger,
  page: {
    readonly form: Form
    /** Parameters of this page besides the form's, but for `explain`. */
    readonly more: Readonly<Record<string, string | undefined>>
    readonly next: string | undefined
    readonly catalog: Catalog
    readonly query: Query
    readonly commit: Commit | undefined
  },
) {
  const { limits } = server.config
  const { searched, scope, candidates, stoppedBy, plan } = ledger
  const { form, more } = page
  const { totals, ranking } = ledger
  const canCount = form.type === undefined && form.has.length === 0
  const isCut = canCount && (stoppedBy !== undefined || more.after !== undefined)
  const asked = { ...more, explain: plan && '1', totals: totals && '1' }
  return {
    end: ledger.end,
    stoppedBy,
    isEmpty: ledger.matchingLines === 0,
    /** Of names there are as many lines as files. */
    lines: form.type === 'file' ? undefined : plural(ledger.matchingLines, 'line'),
    matches: plural(ledger.matches, 'match', 'matches'),
    files: plural(ledger.files, 'file'),
    elapsed: duration(ledger.elapsedMs),
    searched: searchedText({ ...searched, inPart: 0 }, scope, form),
    inFull: searchedText(searched, scope, form),
    read: candidates === scope ? undefined : plural(candidates, 'file'),
    leftOut: leftOutRows(ledger.leftOut, limits, page.form),
    stopped: stoppedBy && stopText(stoppedBy, server, ledger, page.form),
    next: page.next,
    changedSince: ledger.changedSince,
    pending: !ledger.preliminary
      ? undefined
      : `This account is preliminary. Files are still being looked at: ${count(server.corpus.looked)} of ${count(page.catalog.columns.count)}.`,
    scannedAt: new Date(ledger.scannedAtMs).toISOString(),
    commit:
      page.commit && commitName(server, page.catalog.repositories[0]!, page.commit, Date.now()),
    watched: ledger.watched,
    shared: ledger.shared,
    generation: ledger.generation,
    why: server.links.why(form),
    ranking:
      ranking && ranking.end !== 'complete'
        ? `These are ranked among the ${countedText(ranking)} that could be counted in time; the others have not been searched.`
        : undefined,
    byPath: server.links.search({ ...form, sort: 'path' }, { limit: more.limit }),
    totals: totals && totalsText(totals),
    count: isCut ? `${server.links.search(form, { ...asked, totals: '1' })}` : undefined,
    api: server.links.api(form, asked),
    command: commandView(server, ledger, page),
    plan:
      plan && planView(ledger, plan, server.links.search(form, { ...asked, explain: undefined })),
    explain: `${server.links.search(form, { ...asked, explain: '1' })}#plan`,
  }
}

/** The command that finds the same in a copy of these files. */
function commandView(
  { config }: Server,
  ledger: Ledger,
  { query, catalog }: { readonly query: Query; readonly catalog: Catalog },
) {
  const { command, runIn, differences } = referenceCommand(query, catalog, ledger, config)
  return {
    text: command,
    runIn:
      runIn === 'above'
        ? 'in the directory that holds the repositories'
        : runIn === 'each'
          ? 'in the directory of each repository'
          : `in the directory of ${visible(runIn.repository)}`,
    differences,
  }
}

function searchedText(
  { files, bytes, inPart }: Ledger['searched'],
  scope: number,
  { type }: Form,
): string {
  if (type === 'file') {
    return files === scope
      ? plural(files, 'file name')
      : `${count(files)} of ${plural(scope, 'file name')}`
  }
  if (files === scope) return `${plural(files, 'file')}, ${size(bytes)}`
  const part = inPart > 0 ? ` and ${count(inPart)} in part` : ''
  return `${count(files)}${part} of ${plural(scope, 'file')}, ${size(bytes)}`
}

const countedText = ({ counted, candidates }: Counting): string =>
  `${count(counted)} of ${plural(candidates, 'candidate')}`

/** How much there is in all, as far as it was counted. */
function totalsText(totals: Totals): string {
  const { end, counted, matchingLines, matches, files } = totals
  const found = `${plural(matches, 'match', 'matches')} in ${plural(files, 'file')}`
  if (end === 'complete')
    return `In all there are ${plural(matchingLines, 'matching line')}, ${found}.`
  if (counted === 0) return 'The counting did not come to its turn in time.'
  return `At least ${found}: only ${countedText(totals)} were counted in time.`
}

/** What cut an answer, in words. */
export function stopText(stoppedBy: StoppedBy, server: Server, ledger: Ledger, form: Form): string {
  const { limits } = server.config
  const named = (key: keyof typeof limitTable, value: string) =>
    `${value} (${limitTable[key].name})`
  switch (stoppedBy) {
    case 'lines':
      return `Stopped after ${named('lines', plural(ledger.matchingLines, form.type === 'file' ? 'matching name' : 'matching line'))}.`
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

function leftOutRows(
  leftOut: LeftOut,
  limits: Limits,
  form: Form,
): readonly { text: string; count: string }[] {
  return Object.entries(leftOutTexts(limits, fileLimit(form, limits))).flatMap(([reason, text]) => {
    const value = leftOut[reason as keyof LeftOut]
    if (value === 0) return []
    return [{ text, count: value === undefined ? 'not counted yet' : count(value) }]
  })
}
