/** A range of lines, 1-based, both ends in it. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** More lines than this are no function that anybody wants to read inside a list. */
const mostLines = 400

/**
 * The function, or what is like one, around a line: told by how far lines are indented, and by nothing else that would
 * have to know the language. Of a method in a class it is the method. A line that stands in none is given alone.
 *
 * @param lines the file's, without terminators
 * @param number 1-based
 */
export function blockAround(lines: readonly string[], number: number): Range {
  const at = number - 1
  const head = headOf(lines, at)
  if (head === undefined) return { from: number, to: number }
  const from = signatureOf(lines, head)
  const to = endOf(lines, head)
  if (to < at) return { from: number, to: number }
  const first = Math.max(from, at - mostLines / 2)
  return { from: first + 1, to: Math.min(to, first + mostLines - 1) + 1 }
}

const indentOf = (line: string): number => {
  let columns = 0
  for (const character of line) {
    if (character === '\t') columns += 8 - (columns % 8)
    else if (character === ' ') columns++
    else break
  }
  return columns
}

/** Blank lines, and what stands at the margin whatever surrounds it: directives of a preprocessor, and labels. */
const isTransparent = (line: string): boolean =>
  line.trim() === '' ||
  /^#\s*(if|ifdef|ifndef|elif|else|endif|define|undef|include|pragma)\b/.test(line) ||
  /^\w+:\s*$/.test(line)

/** What holds functions, and is none. */
const holder =
  /^\s*(?:(?:export|default|public|private|protected|internal|static|abstract|final|sealed|partial|unsafe|pub(?:\([^)]*\))?|data|case|template\s*<.*>)\s+)*(?:class|struct|union|enum|interface|namespace|module|mod|impl|trait|object|protocol|extension|extern|package|describe|record)\b/

/** The line that begins the outermost block around a line which is not a class or the like. */
function headOf(lines: readonly string[], at: number): number | undefined {
  let line = at
  while (line > 0 && lines[line]!.trim() === '') line--
  let head = isOpening(lines, line) ? line : undefined
  let indent = indentOf(lines[line]!)
  for (let above = line - 1; above >= 0 && indent > 0; above--) {
    const text = lines[above]!
    if (isTransparent(text) || indentOf(text) >= indent) continue
    if (holder.test(text)) break
    indent = indentOf(text)
    head = above
  }
  return head
}

/** Whether the next line that says something is further in, or is the brace that begins a body. */
function isOpening(lines: readonly string[], at: number): boolean {
  const next = lines.slice(at + 1, at + 20).find((line) => !isTransparent(line))
  if (next === undefined || holder.test(lines[at]!)) return false
  return indentOf(next) > indentOf(lines[at]!) || /^\s*\{/.test(next)
}

/** A body's brace, or the end of its arguments, alone on a line: what it belongs to begins above. */
function signatureOf(lines: readonly string[], head: number): number {
  if (!/^\s*[{)]/.test(lines[head]!)) return head
  let from = head
  while (from > 0 && head - from < 20 && !/^\s*$|(?:[;}]|\*\/)\s*$/.test(lines[from - 1]!)) from--
  return from
}

/** The last line of the block that begins here: where one follows that is no further in, and does not close it. */
function endOf(lines: readonly string[], head: number): number {
  const indent = indentOf(lines[head]!)
  let end = head
  for (let at = head + 1; at < lines.length; at++) {
    const line = lines[at]!
    if (isTransparent(line)) continue
    if (indentOf(line) <= indent) {
      // The end of arguments over several lines, or the brace below a signature, is followed by the body.
      const goesOn = /^\s*[)\]]?.*[{:(]\s*$/.test(line) && /^\s*[{)\]]/.test(line)
      if (!goesOn && /^\s*(?:[})\]]|end\b|fi\b|done\b|esac\b)/.test(line)) return at
      if (!goesOn) return end
    }
    end = at
  }
  return end
}
