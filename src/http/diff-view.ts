import type { FilePatch, Hunk, HunkLine } from '../git/patch.ts'
import type { FilePlace } from './links.ts'
import { plainSegments, visible } from './marks.ts'
import type { Server } from './server.ts'

/** Lines of a diff that a page shows, and UTF-16 units of each. */
export interface DiffBudget {
  lines: number
}

const lineUnits = 1_000

/** The two sides of a diff; `undefined` where there is none, or it is not to be had. */
export interface Sides {
  readonly before: FilePlace | undefined
  readonly after: FilePlace | undefined
}

/** Hunks as `views/hunks.eta` shows them, as many as the budget allows, which is what is left then. */
export function hunksView(
  { links }: Server,
  { hunks }: FilePatch,
  { before, after }: Sides,
  budget: DiffBudget,
) {
  return hunks.slice(0, budget.lines <= 0 ? 0 : undefined).flatMap((hunk) => {
    if (budget.lines <= 0) return []
    const lines = hunk.lines.slice(0, budget.lines)
    budget.lines -= lines.length
    return [
      {
        title: titleOf(hunk),
        lines: lines.map((line) => {
          const place = line.kind === 'old' ? before : after
          const number = line.kind === 'old' ? line.before : line.after
          return {
            kind: line.kind,
            sign: signs[line.kind],
            word: words[line.kind],
            number,
            url: place && number !== undefined ? links.line(place, number) : undefined,
            segments: plainSegments(line.text.replace(/\r$/, '').slice(0, lineUnits)),
            isCut: line.text.length > lineUnits,
            isUnended: line.isUnended,
          }
        }),
      },
    ]
  })
}

const signs: Readonly<Record<HunkLine['kind'], string>> = { same: ' ', old: '−', new: '+' }
const words: Readonly<Record<HunkLine['kind'], string>> = {
  same: 'Line',
  old: 'Removed line',
  new: 'Added line',
}

function titleOf({ within, lines }: Hunk): string {
  const first = lines.find(({ after }) => after !== undefined)?.after ?? lines[0]?.before ?? 0
  return `Line ${first}${within === '' ? '' : ` · ${visible(within.slice(0, 200))}`}`
}
