import { foldsOf } from './fold.ts'
import { isLineEnd, traits, wordBytes } from './symbols.ts'
import type { CharacterSet, Look, Node } from './syntax.ts'

/**
 * A pattern as the texts that it matches: alternative paths, each a row of bytes and gaps. Whoever matches the
 * pattern holds, somewhere, one of the paths: each stretch between gaps as it stands, in any order and overlapping as
 * may be. A path may match too much, never too little.
 */
export type Path = readonly Step[]

/** One byte of a set (by byte: 1 if it is in it), or a gap: any text. */
export type Step = Uint8Array | 'gap'

/** What a document that matches must hold: one path of each group. */
export interface Needs {
  readonly groups: readonly (readonly Path[])[]
  /** Documents with one of these traits may match without; see `symbols.ts`. */
  readonly exceptTraits: number
}

/** So many alternatives are told apart; then less is said. */
const mostPaths = 100
/** Steps of one path, of all in a group, and of all groups: each costs some microseconds to make grams of. */
const longestPath = 512
const mostSteps = 2_048
const mostClosedSteps = 2_048
/** A set of so many characters beyond ASCII is spelled out. */
const mostSpelled = 16

/** A look at its place, until the whole path is known. */
type Mark = { readonly look: Look }
type Marked = readonly (Step | Mark)[]

const gap: Marked = ['gap']

/** What a pattern needs, read with or without heed to case. */
export function needsOf(node: Node, ignoresCase: boolean): Needs {
  let exceptTraits = 0
  /** Groups that lie before what `expand` has returned, and go on needing. */
  const closed: (readonly Marked[])[] = []
  let closedSteps = 0
  /** Keeps a group, as long as all of them are few. */
  const close = (paths: readonly Marked[]) => {
    closedSteps += stepsOf(paths)
    if (closedSteps <= mostClosedSteps) closed.push(paths)
  }

  const spelled = (set: CharacterSet): readonly Marked[] => {
    if (set.others === 'any') return [gap]
    if (set.others === 'digits') exceptTraits |= traits.unicodeDigits
    const others = set.others === 'digits' ? [] : set.others
    const paths: Marked[] = []
    if (set.ascii.includes(1)) {
      const { bytes, folds } = asciiStep(set.ascii, ignoresCase)
      exceptTraits |= folds
      paths.push([bytes])
    }
    const codes = ignoresCase ? new Set(others.flatMap(foldsOf)) : new Set(others)
    if (codes.size > mostSpelled) return [gap]
    for (const code of codes) {
      paths.push([...Buffer.from(String.fromCodePoint(code))].map((byte) => onlyByte[byte]!))
    }
    return paths
  }

  const expand = (node: Node, isOnce: boolean): readonly Marked[] => {
    switch (node.kind) {
      case 'anything':
        return [gap]
      case 'characters':
        return spelled(node.set)
      case 'look':
        return [[{ look: node.look }]]
      case 'concat':
        return concatenated(node.nodes, isOnce)
      case 'alternate': {
        const paths = node.nodes.flatMap((alternative) => expand(alternative, false))
        return isSmall(paths) ? paths : [gap]
      }
      case 'repeat':
        return repeated(expand(node.node, false), node.least, node.most)
    }
  }

  const concatenated = (nodes: readonly Node[], isOnce: boolean): readonly Marked[] => {
    let paths: readonly Marked[] = [[]]
    for (const node of nodes) {
      const next = expand(node, isOnce)
      const joined = join(paths, next)
      if (joined) paths = joined
      else {
        // Too many: what came before is needed for itself, if nothing makes it an alternative.
        if (isOnce) close(paths)
        paths = join([gap], next) ?? [gap]
      }
    }
    return paths
  }

  const last = expand(node, true)
  return { groups: [...closed, last].map((paths) => paths.map(resolved)), exceptTraits }
}

const isSmall = (paths: readonly Marked[]): boolean =>
  paths.length <= mostPaths &&
  paths.every(({ length }) => length <= longestPath) &&
  stepsOf(paths) <= mostSteps

const stepsOf = (paths: readonly Marked[]): number =>
  paths.reduce((sum, { length }) => sum + length, 0)

/** Every path of one behind every path of the other; `undefined` if these are too many. */
function join(left: readonly Marked[], right: readonly Marked[]): readonly Marked[] | undefined {
  if (left.length * right.length > mostPaths) return undefined
  const paths = left.flatMap((before) => right.map((behind) => [...before, ...behind]))
  return isSmall(paths) ? paths : undefined
}

/** A few repetitions more are spelled out, so that `\d{1,3}` has a shape. */
const mostSpelledOut = 3

function repeated(paths: readonly Marked[], least: number, most: number): readonly Marked[] {
  if (paths.length === 1 && paths[0]!.length === 1 && paths[0]![0] === 'gap') return [gap]
  if (most === 0) return [[]]
  if (least === 0) {
    const some = repeated(paths, 1, most)
    return some.length < mostPaths ? [[], ...some] : [gap]
  }
  let exactly: readonly Marked[] = [[]]
  let times = 0
  for (; times < Math.min(least, longestPath); times++) {
    const longer = join(exactly, paths)
    if (!longer) break
    exactly = longer
  }
  if (times === 0) return [gap]
  if (times === least && most === least) return exactly
  if (times === least && most - least <= mostSpelledOut) {
    const spelledOut = [...exactly]
    let longer: readonly Marked[] | undefined = exactly
    for (let more = least; more < most && longer; more++) {
      longer = join(longer, paths)
      spelledOut.push(...(longer ?? []))
    }
    if (longer && isSmall(spelledOut)) return spelledOut
  }
  // As it begins, then more or less of it, and as it ends.
  const begun = join(exactly, [gap]) ?? [gap]
  return exactly.length === 1 ? (join(begun, exactly) ?? begun) : begun
}

const onlyByte = Array.from({ length: 256 }, (_, byte) => {
  const bytes = new Uint8Array(256)
  bytes[byte] = 1
  return bytes
})

interface AsciiStep {
  readonly bytes: Uint8Array
  /** Traits of documents with letters that fold to one of these. */
  readonly folds: number
}

/** Steps that have been made, by their set: with heed to case, and without. */
const made = [new WeakMap<Uint8Array, AsciiStep>(), new WeakMap<Uint8Array, AsciiStep>()] as const

function asciiStep(ascii: Uint8Array, ignoresCase: boolean): AsciiStep {
  const steps = made[ignoresCase ? 1 : 0]
  const known = steps.get(ascii)
  if (known) return known
  const bytes = new Uint8Array(256)
  bytes.set(ascii)
  const step = { bytes, folds: ignoresCase ? ignoreCase(bytes) : 0 }
  steps.set(ascii, step)
  return step
}

/** Adds the other case of each letter; returns the traits of documents with letters that fold to these. */
function ignoreCase(bytes: Uint8Array): number {
  let folds = 0
  for (let lower = 0x61; lower <= 0x7a; lower++) {
    const upper = lower - 0x20
    if (bytes[lower] === 0 && bytes[upper] === 0) continue
    bytes[lower] = 1
    bytes[upper] = 1
    if (lower === 0x6b || lower === 0x73) folds = traits.foldsToAscii
  }
  return folds
}

const noWord = wordBytes.map((isWord) => 1 - isWord)
const lineEnds = Uint8Array.from({ length: 256 }, (_, byte) => (isLineEnd(byte) ? 1 : 0))

/**
 * Makes of each look what it says of the text beside it, where the path says nothing: that a word ends here, or a
 * line. Before the first and behind the last byte of a document is a line end, as the index has it.
 */
function resolved(path: Marked): Path {
  const steps: Step[] = []
  for (const [i, step] of path.entries()) {
    if (step === 'gap' || step instanceof Uint8Array) {
      steps.push(step)
      continue
    }
    const before = path.slice(0, i).findLast(isStep)
    const behind = path.slice(i + 1).find(isStep)
    // One look at a place is enough.
    const isAlone = isStep(path[i - 1] ?? 'gap')
    if (isAlone && isOpen(before) && isBytes(behind)) {
      const outside = beforeLook(step.look, behind)
      if (outside) steps.push('gap', outside)
    } else if (isAlone && isOpen(behind) && isBytes(before)) {
      const outside = behindLook(step.look, before)
      if (outside) steps.push(outside, 'gap')
    }
  }
  return steps
}

const isStep = (step: Step | Mark): step is Step => step === 'gap' || step instanceof Uint8Array
const isOpen = (step: Step | undefined): boolean => step === undefined || step === 'gap'
const isBytes = (step: Step | undefined): step is Uint8Array => step instanceof Uint8Array

/** What stands before a look behind which comes one of these bytes; `undefined` if that is not known. */
function beforeLook(look: Look, behind: Uint8Array): Uint8Array | undefined {
  if (look === 'start') return noWord
  if (look === 'line-start') return lineEnds
  return look === 'word' && isWord(behind) ? noWord : undefined
}

function behindLook(look: Look, before: Uint8Array): Uint8Array | undefined {
  if (look === 'end') return noWord
  if (look === 'line-end') return lineEnds
  return look === 'word' && isWord(before) ? noWord : undefined
}

const isWord = (bytes: Uint8Array): boolean =>
  bytes.every((isIn, byte) => isIn === 0 || wordBytes[byte] === 1)
