/** What a patch says of one file. */
export interface FilePatch {
  readonly hunks: readonly Hunk[]
  readonly isBinary: boolean
}

export interface Hunk {
  /** What git takes for the function around it. */
  readonly within: string
  readonly lines: readonly HunkLine[]
}

export interface HunkLine {
  readonly kind: 'same' | 'old' | 'new'
  readonly text: string
  /** Its number before and after, 1-based, where it was or is. */
  readonly before: number | undefined
  readonly after: number | undefined
  /** Whether the file ends with it, without a line end. */
  readonly isUnended: boolean
}

/**
 * Reads a patch of git's, file by file. How many lines a hunk has is said at its beginning, so that no line of a file
 * can pass for one of the patch; what is cut off ends early.
 */
export function parsePatch(text: string): readonly FilePatch[] {
  const lines = text.split('\n')
  const files: { hunks: Hunk[]; isBinary: boolean }[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (line.startsWith('diff --git ')) files.push({ hunks: [], isBinary: false })
    else if (line.startsWith('Binary files ')) files.at(-1)!.isBinary = true
    else {
      const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s.exec(line)
      if (!head || files.length === 0) continue
      const hunk = readHunk(lines, at + 1, head)
      files.at(-1)!.hunks.push(hunk)
      at += hunk.lines.length + hunk.lines.filter(({ isUnended }) => isUnended).length
    }
  }
  return files
}

function readHunk(lines: readonly string[], start: number, head: RegExpExecArray): Hunk {
  let [before, after] = [Number(head[1]), Number(head[3])]
  let [leftBefore, leftAfter] = [Number(head[2] ?? 1), Number(head[4] ?? 1)]
  const found: HunkLine[] = []
  for (let at = start; leftBefore > 0 || leftAfter > 0; at++) {
    const line = lines[at]
    const kind = line && ({ ' ': 'same', '-': 'old', '+': 'new' } as const)[line[0]!]
    if (!kind) break
    const isUnended = lines[at + 1]?.startsWith('\\') ?? false
    if (isUnended) at++
    found.push({
      kind,
      text: line.slice(1),
      before: kind === 'new' ? undefined : before++,
      after: kind === 'old' ? undefined : after++,
      isUnended,
    })
    if (kind !== 'new') leftBefore--
    if (kind !== 'old') leftAfter--
  }
  return { within: head[5] ?? '', lines: found }
}
