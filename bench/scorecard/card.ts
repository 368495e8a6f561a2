import type { Machine } from '../results.ts'
import { isMet, type Target } from '../targets.ts'
import type { CardRow, Row } from './row.ts'

/** A whole card. */
export interface Card {
  readonly date: string
  readonly machine: Machine
  readonly corpus: { readonly name: string; readonly files: number }
  readonly command: string
  readonly rows: readonly CardRow[]
}

/** The card as a page to read. */
export function cardMarkdown({ date, machine, corpus, command, rows }: Card): string {
  const gigabytes = (machine.memoryBytes / 2 ** 30).toFixed(0)
  const met = rows.filter(isWhole).length
  return `${[
    `# Scorecard, ${date}`,
    `${machine.cpu}, ${machine.cores} cores, ${gigabytes} GiB, Linux ${machine.kernel}, Node ${machine.node}; load ${machine.loadBefore} at the start. \`${command}\``,
    `${met} of ${rows.length} rows are met, on the corpus “${corpus.name}” of ${corpus.files.toLocaleString('en')} files. Times are of this machine, with what else ran on it.`,
    [
      '| | | bound | measured | |',
      '| --- | --- | --- | --- | --- |',
      ...rows.flatMap((row) => [
        `| **${row.id}** | ${cell(row.what)} | | | ${isWhole(row) ? '**met**' : '**missed**'}${row.commit ? `, ${row.commit}` : ''} |`,
        ...row.targets.map(line),
      ]),
    ].join('\n'),
  ].join('\n\n')}\n`
}

/** Whether all of a row is met. */
export const isWhole = ({ targets }: Row): boolean => targets.every((target) => isMet(target))

function line(target: Target): string {
  const { name, atMost, atLeast, measured, note } = target
  const bound = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`
  const verdict = isMet(target) ? '' : 'missed'
  const said = note === undefined ? verdict : [verdict, `\`${note}\``].filter(Boolean).join(', ')
  return `| | ${name} | ${bound} | ${measured ?? '–'} | ${cell(said)} |`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
