import type { Catalog } from '../corpus/catalog.ts'
import { type Limits, limitTable } from '../limits.ts'
import type { Form } from '../query/parameters.ts'
import { fileLimit, timeLimit } from '../search/bounds.ts'
import type { Ledger, LeftOut, StoppedBy } from '../search/ledger.ts'
import { leftOutTexts } from './left-out.ts'
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
  },
) {
  const { limits } = server.config
  const { searched, scope, candidates, stoppedBy, plan } = ledger
  const { form, more } = page
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
    watched: ledger.watched,
    shared: ledger.shared,
    generation: ledger.generation,
    why: server.links.why(form),
    api: server.links.api(form, { ...more, explain: plan && '1' }),
    plan: plan && planView(ledger, plan, server.links.search(form, more)),
    explain: `${server.links.search(form, { ...more, explain: '1' })}#plan`,
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
