/** What a flag of `rg`, `grep` or `git grep` means for a search here. */
export type Flag =
  | 'ignore-case'
  | 'smart-case'
  | 'case-sensitive'
  | 'fixed'
  | 'basic'
  | 'extended'
  | 'perl'
  | 'word'
  | 'line'
  | 'multiline'
  | 'pattern'
  | 'glob'
  | 'iglob'
  | 'include'
  | 'exclude'
  | 'exclude-dir'
  | 'type'
  | 'type-not'
  | 'context'
  | 'engine'
  | 'replace'
  | 'encoding'
  | 'recursive'
  | 'files'
  | 'hidden'
  | 'max-filesize'
  | 'type-add'
  /** What is so here anyway. */
  | 'same'
  /** Means nothing here, and takes a value all the same. */
  | 'valued'
  /** Would find something else: there is no such search. */
  | 'other'

export type Program = 'rg' | 'grep' | 'git grep'

/** The flags that mean the same to all three. */
const common: Readonly<Record<string, Flag>> = {
  '-i': 'ignore-case',
  '--ignore-case': 'ignore-case',
  '-n': 'same',
  '--line-number': 'same',
  '-F': 'fixed',
  '--fixed-strings': 'fixed',
  '-w': 'word',
  '--word-regexp': 'word',
  '-e': 'pattern',
  '-f': 'other',
  '-v': 'other',
  '--invert-match': 'other',
  '-P': 'perl',
  '-A': 'context',
  '--after-context': 'context',
  '-B': 'context',
  '--before-context': 'context',
  '-C': 'context',
  '--context': 'context',
  '-m': 'valued',
  '--max-count': 'valued',
  '--max-depth': 'valued',
}

const rg: Readonly<Record<string, Flag>> = {
  ...common,
  '-s': 'case-sensitive',
  '--case-sensitive': 'case-sensitive',
  '-S': 'smart-case',
  '--smart-case': 'smart-case',
  '--pcre2': 'perl',
  '--engine': 'engine',
  '-x': 'line',
  '--line-regexp': 'line',
  '-U': 'multiline',
  '--multiline': 'multiline',
  '--multiline-dotall': 'other',
  '--regexp': 'pattern',
  '--file': 'other',
  '--files': 'files',
  '--no-config': 'same',
  '--crlf': 'same',
  '--json': 'same',
  '--no-ignore-global': 'same',
  '--no-ignore-parent': 'same',
  '--hidden': 'hidden',
  '-.': 'hidden',
  '--max-filesize': 'max-filesize',
  '--type-add': 'type-add',
  '--type-clear': 'type-add',
  '--files-without-match': 'other',
  '-g': 'glob',
  '--glob': 'glob',
  '--iglob': 'iglob',
  '-t': 'type',
  '--type': 'type',
  '-T': 'type-not',
  '--type-not': 'type-not',
  '-r': 'replace',
  '--replace': 'replace',
  '-E': 'encoding',
  '--encoding': 'encoding',
  ...valued('-M -d -j --color --colors --context-separator --dfa-size-limit'),
  ...valued('--field-context-separator --field-match-separator --generate --hostname-bin'),
  ...valued('--hyperlink-format --ignore-file --max-columns --maxdepth'),
  ...valued('--path-separator --pre --pre-glob --regex-size-limit --sort --sortr'),
  ...valued('--threads'),
}

const anyGrep: Readonly<Record<string, Flag>> = {
  ...common,
  '--no-ignore-case': 'case-sensitive',
  '-G': 'basic',
  '--basic-regexp': 'basic',
  '-E': 'extended',
  '--extended-regexp': 'extended',
  '--perl-regexp': 'perl',
  '-L': 'other',
  '--files-without-match': 'other',
}

const grep: Readonly<Record<string, Flag>> = {
  ...anyGrep,
  '-y': 'ignore-case',
  '-x': 'line',
  '--line-regexp': 'line',
  '-r': 'recursive',
  '-R': 'recursive',
  '--recursive': 'recursive',
  '--dereference-recursive': 'recursive',
  '--regexp': 'pattern',
  '--file': 'other',
  '--include': 'include',
  '--exclude': 'exclude',
  '--exclude-dir': 'exclude-dir',
  ...valued('-d -D --directories --devices --binary-files --exclude-from --label'),
}

const gitGrep: Readonly<Record<string, Flag>> = {
  ...anyGrep,
  '--and': 'other',
  '--or': 'other',
  '--not': 'other',
  '--all-match': 'other',
  ...valued('--threads'),
}

function valued(names: string): Readonly<Record<string, Flag>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, 'valued']))
}

const tables = { rg, grep, 'git grep': gitGrep }

const withValue: ReadonlySet<Flag> = new Set<Flag>([
  ...(['pattern', 'glob', 'iglob', 'include', 'exclude', 'exclude-dir'] as const),
  ...(['type', 'type-not', 'context', 'engine', 'replace', 'encoding', 'valued'] as const),
  ...(['max-filesize', 'type-add'] as const),
])

/** A flag as it stands in a command. */
export interface GivenFlag {
  /** With its value where that is part of the same word: for the list of what is left out. */
  readonly name: string
  /** `undefined` for one that means nothing here. */
  readonly flag: Flag | undefined
  readonly value: string | undefined
}

/** The flags that a word holds, and whether the value of the last is the next word. */
export function flagsOf(
  program: Program,
  word: string,
): { readonly flags: readonly GivenFlag[]; readonly wantsNext: boolean } {
  const table = tables[program]
  const known = (name: string) => (Object.hasOwn(table, name) ? table[name] : undefined)
  if (word.startsWith('--')) {
    const separator = word.indexOf('=')
    const name = separator === -1 ? word : word.slice(0, separator)
    const flag = known(name)
    const value = separator === -1 ? undefined : word.slice(separator + 1)
    const wantsNext = value === undefined && flag !== undefined && withValue.has(flag)
    return { flags: [{ name, flag, value }], wantsNext }
  }
  // `-5` is grep's, and means five lines of context.
  if (program !== 'rg' && /^-\d+$/.test(word)) {
    return { flags: [{ name: word, flag: 'context', value: word.slice(1) }], wantsNext: false }
  }
  const flags: GivenFlag[] = []
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`
    const flag = known(name)
    if (!flag || !withValue.has(flag)) {
      flags.push({ name, flag, value: undefined })
      continue
    }
    const rest = word.slice(at + 1)
    const value = program === 'rg' ? rest.replace(/^=/, '') : rest
    flags.push({ name, flag, value: rest === '' ? undefined : value })
    return { flags, wantsNext: rest === '' }
  }
  return { flags, wantsNext: false }
}
