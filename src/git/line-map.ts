import { setImmediate as turn } from 'node:timers/promises'

/** Steps between two turns of others, and altogether; a step takes some nanoseconds. */
const stepsAtOnce = 1_000_000
const mostSteps = 60_000_000
/** Lines that two texts may differ by. */
const mostEdits = 2_000

/**
 * Which line of an old text each line of a new one is, by the fewest lines taken away and put in (Myers 1986).
 *
 * @returns for each new line the old one's place, or -1 for one that is new. Where the two differ too much, every line
 *   between what they begin with and what they end with is new
 */
export async function mapLines(
  before: readonly string[],
  after: readonly string[],
): Promise<Int32Array> {
  const map = new Int32Array(after.length).fill(-1)
  const ids = new Map<string, number>()
  const numbered = (lines: readonly string[]) =>
    Int32Array.from(lines, (line) => {
      const id = ids.get(line) ?? ids.size
      ids.set(line, id)
      return id
    })
  const a = numbered(before)
  const b = numbered(after)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) map[start] = start++
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) map[--endB] = --endA
  const pairs = await matching(a.subarray(start, endA), b.subarray(start, endB))
  for (const [x, y] of pairs) map[start + y] = start + x
  return map
}

/** The pairs of equal lines on a shortest way through both; none if there is no short one. */
async function matching(
  a: Int32Array,
  b: Int32Array,
): Promise<readonly (readonly [number, number])[]> {
  if (a.length === 0 || b.length === 0) return []
  const most = Math.min(a.length + b.length, mostEdits)
  const center = most + 1
  const furthest = new Int32Array(2 * most + 3)
  const trace: Int32Array[] = []
  let steps = 0
  let rested = 0
  for (let edits = 0; edits <= most; edits++) {
    trace.push(furthest.slice(center - edits - 1, center + edits + 2))
    for (let k = -edits; k <= edits; k += 2) {
      const isDown =
        k === -edits || (k !== edits && furthest[center + k - 1]! < furthest[center + k + 1]!)
      let x = isDown ? furthest[center + k + 1]! : furthest[center + k - 1]! + 1
      const from = x
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      steps += x - from + 1
      furthest[center + k] = x
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length)
    }
    if (steps > mostSteps) return []
    if (steps - rested > stepsAtOnce) {
      rested = steps
      await turn()
    }
  }
  return []
}

function walkBack(
  trace: readonly Int32Array[],
  lengthA: number,
  lengthB: number,
): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  let x = lengthA
  let y = lengthB
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const before = trace[edits]!
    const at = (k: number) => before[k + edits + 1]!
    const k = x - y
    const isDown = k === -edits || (k !== edits && at(k - 1) < at(k + 1))
    const fromK = isDown ? k + 1 : k - 1
    const fromX = edits === 0 ? 0 : at(fromK)
    const fromY = fromX - fromK
    const startX = edits === 0 ? 0 : isDown ? fromX : fromX + 1
    while (x > startX) pairs.push([--x, --y] as const)
    if (edits === 0) break
    x = fromX
    y = fromY
  }
  return pairs
}
