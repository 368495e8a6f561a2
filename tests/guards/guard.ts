/** Something that keeps harm away, and how it is taken out. */
export interface Guard {
  readonly file: string
  /** As it stands there; every occurrence is taken out. */
  readonly text: string
  /** What then stands in its place. */
  readonly without: string
  /** What goes red then. */
  readonly test: string
  /** Of these, the tests whose name this regular expression finds. */
  readonly only?: string
}

type Row = readonly [text: string, without: string, test: string, only?: string]

/** Guards in one file. */
export function inFile(file: string, rows: readonly Row[]): readonly Guard[] {
  return rows.map(([text, without, test, only]) => ({
    ...{ file, text, without, test },
    ...(only === undefined ? {} : { only }),
  }))
}
