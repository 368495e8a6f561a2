import { kindOf } from './kinds.ts'

/**
 * The kinds of a text, stretch by stretch: each ends where the next one begins, the last with the text. Offsets are in
 * UTF-16 units.
 */
export interface Runs {
  readonly ends: Uint32Array
  /** Places in `kinds`. */
  readonly kinds: Uint8Array
}

/**
 * What highlight.js tells of a text, in the place of its own maker of HTML (`__emitter`): no text is taken from it,
 * only how long the stretches are.
 */
export interface Emitter {
  readonly ends: number[]
  readonly kinds: number[]
  /** The text, as it was told: to be compared with the one that was given. */
  readonly texts: string[]
  addText(text: string): void
  startScope(scope: string): void
  endScope(): void
  openNode(scope: string): void
  closeNode(): void
  __addSublanguage(part: Emitter): void
  finalize(): boolean
  toHTML(): string
}

export function createEmitter(): Emitter {
  const ends: number[] = []
  const kinds: number[] = []
  const texts: string[] = []
  /** What the scopes that are open amount to, each within the one before. */
  const open = [0]

  const extendTo = (end: number, kind: number) => {
    if (kinds.at(-1) === kind) ends[ends.length - 1] = end
    else {
      ends.push(end)
      kinds.push(kind)
    }
  }
  const startScope = (scope: string) => {
    open.push(kindOf(scope) ?? open.at(-1)!)
  }
  const endScope = () => {
    if (open.length > 1) open.pop()
  }
  return {
    ...{ ends, kinds, texts },
    addText(text) {
      if (text === '') return
      texts.push(text)
      extendTo((ends.at(-1) ?? 0) + text.length, open.at(-1)!)
    },
    startScope,
    endScope,
    openNode: startScope,
    closeNode: endScope,
    __addSublanguage(part) {
      const begin = ends.at(-1) ?? 0
      for (const text of part.texts) texts.push(text)
      part.ends.forEach((end, at) => {
        extendTo(begin + end, part.kinds[at]! || open.at(-1)!)
      })
    },
    finalize: () => true,
    toHTML: () => '',
  }
}
