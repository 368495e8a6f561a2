/** Bytes of text that a terminal would act on, or that would show as something else. */
const unseen = /(?:(?!\n)[\p{Cc}\p{Cf}\u2028\u2029])+/u

/**
 * One word of a POSIX shell. Control characters, marks that turn the text around, and bytes that are not UTF-8 are
 * written as `printf` takes them, so that the command can be shown, copied and pasted safely.
 *
 * @param word text, or bytes as in file names, none of them NUL
 */
export function shellQuote(word: string | Buffer): string {
  const bytes = Buffer.from(word as string)
  if (bytes.length === 0) return "''"
  const pieces: string[] = []
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) {
    // Which bytes are text is known one run of ASCII at a time.
    for (const run of bytes.toString('latin1').split(/([\x80-\xff]+)/)) {
      pieces.push(...(run < '\x80' ? quotedRuns(run) : [escapedBytes(Buffer.from(run, 'latin1'))]))
    }
  } else pieces.push(...quotedRuns(text))
  return pieces.join('')
}

function quotedRuns(text: string): readonly string[] {
  return text.split(new RegExp(`(${unseen.source})`, 'u')).flatMap((run) => {
    if (run === '') return []
    if (unseen.test(run)) return [escapedBytes(Buffer.from(run))]
    return [/^[\w@%+=:,./-]+$/.test(run) ? run : `'${run.replaceAll("'", "'\\''")}'`]
  })
}

/** Never ends in a line end, which `$(…)` would take off. */
const escapedBytes = (bytes: Buffer): string =>
  `"$(printf '${[...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}')"`
