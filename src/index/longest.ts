import { longestRun, runKinds } from './symbols.ts'

/** By kind, the longest run, up to `longestRun`; 0 if there is none that is long enough to count. */
export function longestRuns(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(runKinds, ({ bytes: kind, least }) => longestOf(bytes, kind, least))
}

function longestOf(bytes: Uint8Array, kind: Uint8Array, least: number): number {
  let longest = least - 1
  let from = 0
  // As Boyer and Moore look for a word: a longer run from here on is looked at from its end, and most have none.
  while (from + longest < bytes.length && longest < longestRun) {
    let i = from + longest
    while (i >= from && kind[bytes[i]!] === 1) i--
    if (i < from) {
      i = from + longest + 1
      while (i < bytes.length && kind[bytes[i]!] === 1) i++
      longest = i - from
    }
    from = i + 1
  }
  return longest < least ? 0 : Math.min(longest, longestRun)
}
