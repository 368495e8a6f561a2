import { longestRun, runKinds } from './symbols.ts'

/** By kind, the longest run, up to `longestRun`; 0 if there is none that is long enough to count. */
export function longestRuns(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(runKinds, ({ bytes: kind, least }) => longestOf(bytes, kind, least))
}

function longestOf(bytes: Uint8Array, kind: Uint8Array, least: number): number {
  let longest = least - 1
  // A longer run than the longest so far covers one of any so many places.
  for (let i = longest; i < bytes.length && longest < longestRun; i += longest + 1) {
    if (kind[bytes[i]!] === 0) continue
    let from = i
    while (from > 0 && kind[bytes[from - 1]!] === 1) from--
    while (i + 1 < bytes.length && kind[bytes[i + 1]!] === 1) i++
    if (i + 1 - from > longest) longest = i + 1 - from
  }
  return longest < least ? 0 : Math.min(longest, longestRun)
}
