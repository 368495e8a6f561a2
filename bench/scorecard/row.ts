import type { Target } from '../targets.ts'

/** One row of the card: what was done, and what came of it beside what may come of it. */
export interface Row {
  /** `L1`, `H3` or `faults`, as the card orders them. */
  readonly id: string
  readonly what: string
  readonly targets: readonly Target[]
}

/** A row of a card, with the commit of the sources that it is of, if they are a checkout. */
export interface CardRow extends Row {
  readonly commit: string | undefined
}

/** A measure of a row. Without one nothing was there to be measured, which meets no bound. */
export const atMost = (name: string, bound: number, measured: number, note?: string): Target => ({
  ...{ name, atMost: bound },
  ...(Number.isNaN(measured) ? {} : { measured: Number(measured.toFixed(2)) }),
  ...(note === undefined ? {} : { note }),
})

/** As `atMost`, for what there must be so much of. */
export const atLeast = (name: string, bound: number, measured: number, note?: string): Target => ({
  ...{ name, atLeast: bound },
  ...(Number.isNaN(measured) ? {} : { measured: Number(measured.toFixed(2)) }),
  ...(note === undefined ? {} : { note }),
})
