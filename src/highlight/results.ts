import type { Highlighted } from './highlighter.ts'

/** What was found out about texts, for whoever asks again; what was asked for longest ago goes first. */
export interface Results {
  get(key: string): Highlighted | undefined
  keep(key: string, how: Highlighted): void
}

/** What took too long may have done so for what else was to do: it is tried again after this. */
const slowMs = 60_000

/** @param mostBytes of all results together */
export function createResults(mostBytes: number): Results {
  const kept = new Map<string, { readonly how: Highlighted; readonly until: number }>()
  let bytes = 0
  const drop = (key: string) => {
    const result = kept.get(key)
    if (result) bytes -= sizeOf(result.how)
    kept.delete(key)
  }
  return {
    get(key) {
      const result = kept.get(key)
      if (!result) return undefined
      if (result.until < performance.now()) {
        drop(key)
        return undefined
      }
      kept.delete(key)
      kept.set(key, result)
      return result.how
    },
    keep(key, how) {
      if (how.kind === 'busy' || how.kind === 'late' || sizeOf(how) > mostBytes / 4) return
      drop(key)
      const isFinal = how.kind === 'runs' || how.kind === 'many'
      kept.set(key, { how, until: isFinal ? Infinity : performance.now() + slowMs })
      bytes += sizeOf(how)
      for (const oldest of kept.keys()) {
        if (bytes <= mostBytes) break
        drop(oldest)
      }
    },
  }
}

const sizeOf = (how: Highlighted): number =>
  300 + (how.kind === 'runs' ? how.runs.ends.byteLength + how.runs.kinds.byteLength : 0)
