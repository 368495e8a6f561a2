/**
 * Regular expressions over bytes, many at a time: a nondeterministic automaton that is made
 * deterministic state by state, as the input asks for it (a lazy DFA, as in ripgrep's own engine).
 * Each byte is read once, and an expression can neither backtrack nor take more than bounded memory.
 */

/** One flag per byte: 1 for each member. */
export type ByteSet = Uint8Array

/** What the input holds next: one byte of a set, any number of them, or one of several sequences. */
export type Expression =
  | { readonly kind: 'one' | 'many'; readonly of: ByteSet }
  | { readonly kind: 'either'; readonly of: readonly Sequence[] }

/** Expressions one after another. */
export type Sequence = readonly Expression[]

/** Reads bytes. A state is a number, good until the next step; `start` stays good. */
export interface Automaton {
  readonly start: number
  /** The state after one more byte. */
  readonly step: (state: number, byte: number) => number
  /** What `judge` made of the sequences that match all bytes up to this state. */
  readonly verdict: (state: number) => number
  /** Steps that had to be worked out, at some microseconds each; one that is known costs next to nothing. */
  readonly workedOut: number
}

/**
 * Runs sequences side by side. `judge` is given the indices of those that match, in ascending order,
 * and answers with a number below 256. The nesting of `either` is the depth of a recursion. At most
 * `maxStates` (4 to 65,536) are kept: 1,024 take half a megabyte, and at most 4 KiB for every node.
 */
export function lazyAutomaton(
  sequences: readonly Sequence[],
  judge: (matching: readonly number[]) => number,
  maxStates = 1024,
): Automaton {
  const { reads, leadsTo, starts } = compile(sequences)
  const transitions = new Uint16Array(maxStates * 256) // 0: not known yet
  const verdicts = new Uint8Array(maxStates)
  const members: Uint32Array[] = []
  const stateByHash = new Map<number, number>()

  // The nodes of the state in the making. Plain loops here: hostile globs make every step a new state.
  const listed = new Uint32Array(reads.length)
  const listedIn = new Uint32Array(reads.length)
  let length = 0
  let round = 0
  const isListed = (node: number) => listedIn[node] === round
  const list = (node: number) => {
    if (listedIn[node] === round) return
    listedIn[node] = round
    listed[length++] = node
  }
  const clear = () => {
    length = 0
    round++
  }

  /** The state of the nodes listed and of those that they lead to without a byte. */
  const stateOfListed = (): number => {
    let hash = 0
    let kept = 0
    for (let i = 0; i < length; i++) {
      const node = listed[i]!
      if (reads[node] === undefined) {
        const to = leadsTo[node]!
        for (let j = 0; j < to.length; j++) list(to[j]!)
        if (node >= sequences.length) continue
      }
      hash = (hash + Math.imul(node + 1, 0x9e3779b1)) | 0 // of the set, whatever its order
      listed[kept++] = node
    }
    const known = stateByHash.get(hash)
    const same = known === undefined ? undefined : members[known]!
    if (same?.length === kept && same.every(isListed)) return known!
    const state = members.push(listed.slice(0, kept)) - 1
    stateByHash.set(hash, state)
    verdicts[state] = judge([...sequences.keys()].filter(isListed))
    return state
  }
  const forgetAll = (): number => {
    transitions.fill(0)
    stateByHash.clear()
    members.length = 0
    members.push(new Uint32Array()) // so that no state has the number 0
    clear()
    starts.forEach(list)
    return stateOfListed()
  }
  let workedOut = 0
  const explore = (from: number, byte: number): number => {
    workedOut++
    const nodes = members[from]!
    if (members.length === maxStates) {
      forgetAll()
      clear()
      nodes.forEach(list)
      from = stateOfListed()
    }
    clear()
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      if (reads[node]?.[byte] === 1) list(leadsTo[node]![0]!)
    }
    const state = stateOfListed()
    transitions[from * 256 + byte] = state
    return state
  }
  return {
    start: forgetAll(),
    step: (state, byte) => transitions[state * 256 + byte] || explore(state, byte),
    verdict: (state) => verdicts[state]!,
    get workedOut() {
      return workedOut
    },
  }
}

/**
 * Nodes, as two columns: one reads a byte and leads to another, or reads nothing and leads to any
 * number of them. The first ones lead nowhere: they end the sequences of the same index.
 */
function compile(sequences: readonly Sequence[]) {
  const reads: (ByteSet | undefined)[] = sequences.map(() => undefined)
  const leadsTo: number[][] = sequences.map(() => [])
  const add = (of: ByteSet | undefined, to: number[]): number => {
    leadsTo.push(to)
    return reads.push(of) - 1
  }
  const compileSequence = (sequence: Sequence, end: number): number =>
    sequence.reduceRight((next, { kind, of }) => {
      if (kind === 'one') return add(of, [next])
      if (kind === 'either')
        return add(
          undefined,
          of.map((branch) => compileSequence(branch, next)),
        )
      const fork = add(undefined, [next])
      leadsTo[fork]!.push(add(of, [fork]))
      return fork
    }, end)
  const starts = sequences.map(compileSequence)
  return { reads, leadsTo, starts }
}
