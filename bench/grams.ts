// Which grams an index is to hold: candidates against the files that truly match, size and time, scheme by scheme, over
// some of a corpus's files. `node bench/grams.ts linux=DIR packages=DIR` prints tables for each; `--every=1` before them
// takes all files, and not every eighth: candidates of rare texts are told by many files only.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import { buildSegment } from '../src/index/build.ts'
import { evaluate } from '../src/index/evaluate.ts'
import { planOf } from '../src/index/narrow.ts'
import { openSegment } from '../src/index/segment.ts'
import {
  kinds,
  symbolKinds,
  textGram,
  textGrams,
  textLength,
  textSymbolCount,
  textSymbols,
} from '../src/index/symbols.ts'
import { moreQueriesFor } from './gram-queries.ts'
import { type Query, queriesFor } from './queries.ts'
import { geometricMean } from './statistics.ts'

const corpora = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const step = Number(/^--every=(\d+)$/.exec(process.argv[2] ?? '')?.[1] ?? 8)
const maxFileBytes = 4e6

/** Tells every gram of a text, as a number below `hashes`; some more than once. */
type Scheme = (text: Buffer, add: (gram: number) => void) => void

/** Two grams of one number are rare enough. */
const hashes = 2 ** 26
const mix = (hash: number): number => {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 13)) & (hashes - 1)
}

/** All grams of so many bytes, each as the table has it. */
const everyGram =
  (length: number, symbols: ArrayLike<number>): Scheme =>
  (text, add) => {
    for (let i = 0; i + length <= text.length; i++) {
      let hash = 0x811c9dc5
      for (let j = i; j < i + length; j++) hash = Math.imul(hash ^ symbols[text[j]!]!, 0x01000193)
      add(mix(hash))
    }
  }

const folded = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
)

/** Sparse grams: from one local maximum of a hash of two bytes to the next, of four to sixteen bytes. */
const sparse: Scheme = (text, add) => {
  const weight = (i: number) =>
    Math.imul((folded[text[i]!]! << 8) | folded[text[i + 1]!]!, 0x9e3779b1) >>> 0
  for (let from = 0; from + 1 < text.length; from++) {
    const first = weight(from)
    let highest = 0
    let hash = Math.imul(0x811c9dc5 ^ folded[text[from]!]!, 0x01000193)
    for (let to = from + 1; to + 1 < text.length && to + 2 - from <= 16; to++) {
      hash = Math.imul(hash ^ folded[text[to]!]!, 0x01000193)
      const last = weight(to)
      if (to > from + 1 && Math.min(first, last) > highest) {
        add(mix(Math.imul(hash ^ folded[text[to + 1]!]!, 0x01000193)))
      }
      highest = Math.max(highest, last)
      if (highest >= first) break
    }
  }
}

/** Several schemes at once. */
const together =
  (...all: readonly Scheme[]): Scheme =>
  (text, add) => {
    for (const [i, scheme] of all.entries()) scheme(text, (gram) => add(mix(gram + i * 0x9e3779b1)))
  }

const isToken = (symbol: number): boolean => symbolKinds[symbol] === kinds.token

/** Four symbols, and so many around each end of letters and digits, where all of the four inside are that common. */
const around =
  (share: number, ...windows: readonly (readonly [number, number])[]): Making =>
  (shares) =>
    together(
      everyGram(4, textSymbols),
      ...windows.map(
        ([before, behind]): Scheme =>
          (text, add) => {
            const symbols = Uint8Array.from(text, (byte) => textSymbols[byte]!)
            for (let end = before; end + behind <= symbols.length; end++) {
              if (isToken(symbols[end]!) || !isToken(symbols[end - 1]!)) continue
              let hash = 0x811c9dc5
              let least = 1
              for (let i = end - before; i < end + behind; i++) {
                hash = Math.imul(hash ^ symbols[i]!, 0x01000193)
                if (i + textLength <= end + behind) {
                  least = Math.min(least, shares[textGram(symbols, i)]!)
                }
              }
              if (least >= share) add(mix(hash))
            }
          },
      ),
    )

/** Makes a scheme for documents of which each text gram stands in such a share. */
type Making = (shares: Float32Array) => Scheme

const schemes: Readonly<Record<string, Scheme>> = {
  'trigrams, bytes': everyGram(3, folded),
  [`trigrams, ${textSymbolCount} symbols`]: everyGram(3, textSymbols),
  [`4-grams, ${textSymbolCount} symbols`]: everyGram(4, textSymbols),
  [`5-grams, ${textSymbolCount} symbols`]: everyGram(5, textSymbols),
  'sparse grams, 4 to 16 bytes': sparse,
}

const windowed: Readonly<Record<string, Making>> = {
  '4-grams, 3 + 7 and 6 + 4 in 3 %': around(0.03, [3, 7], [6, 4]),
  '4-grams, 3 + 7 and 6 + 4 in 1 %': around(0.01, [3, 7], [6, 4]),
  '4-grams, 4 + 5 and 6 + 3 in 2 %': around(0.02, [4, 5], [6, 3]),
  '4-grams, 6 + 4 in 1 %': around(0.01, [6, 4]),
  '4-grams, 4 + 5 in 1 %': around(0.01, [4, 5]),
  '4-grams, 5 + 4 in 3 %': around(0.03, [5, 4]),
  '4-grams, 5 + 4 in 1 %': around(0.01, [5, 4]),
  '4-grams, 5 + 4 in 0.3 %': around(0.003, [5, 4]),
}

/** By text gram, the share of the documents that hold it. */
function sharesOf(documents: readonly Buffer[]): Float32Array {
  const shares = new Float32Array(textGrams)
  const met = new Uint32Array(textGrams)
  for (const [i, text] of documents.entries()) {
    const symbols = Uint8Array.from(text, (byte) => textSymbols[byte]!)
    for (let from = 0; from + textLength <= symbols.length; from++) {
      const gram = textGram(symbols, from)
      if (met[gram] !== i + 1) shares[gram]! += 1 / documents.length
      met[gram] = i + 1
    }
  }
  return shares
}

/** What must stand in a file: alternatives of texts that are all there. */
function textsOf({ pattern, syntax }: Query): readonly (readonly Buffer[])[] {
  if (syntax === 'literal') return [[Buffer.from(pattern)]]
  return pattern
    .split('|')
    .map((one) => one.split('\\w+').map((text) => Buffer.from(text.replaceAll('\\', ''))))
}

interface Row {
  readonly name: string
  readonly seconds: number
  readonly postings: number
  /** Bytes, estimated as Rice codes. */
  readonly bytes: number
  readonly candidates: readonly number[]
}

function tried(
  name: string,
  scheme: Scheme,
  documents: readonly Buffer[],
  queries: readonly Query[],
): Row {
  const met = new Uint32Array(hashes)
  const counts = new Uint32Array(hashes)
  const wanted = queries.map((query) =>
    textsOf(query).map((texts) => {
      const grams: number[] = []
      for (const text of texts) scheme(text, (gram) => grams.push(gram))
      return grams
    }),
  )
  const candidates = queries.map(() => 0)
  let postings = 0
  let ms = 0
  for (const [i, text] of documents.entries()) {
    const stamp = i + 1
    const began = performance.now()
    scheme(text, (gram) => {
      if (met[gram] === stamp) return
      met[gram] = stamp
      counts[gram]!++
      postings++
    })
    ms += performance.now() - began
    for (const [query, alternatives] of wanted.entries()) {
      const isOne = alternatives.some((grams) => grams.every((gram) => met[gram] === stamp))
      if (isOne) candidates[query]!++
    }
  }
  let bits = 0
  for (const count of counts) {
    // A gap costs its logarithm and a little; an entry of the dictionary some three bytes.
    if (count > 0) bits += 24 + count * (Math.log2(documents.length / count) + 1.5)
  }
  return { name, seconds: ms / 1_000, postings, bytes: bits / 8, candidates }
}

/** The same of the index that ripline builds, with shapes and runs, on disk. */
async function own(
  root: string,
  paths: readonly string[],
  queries: readonly Query[],
): Promise<Row> {
  const directory = mkdtempSync(join(tmpdir(), 'ripline-grams-'))
  try {
    const names = paths.map((path) => Buffer.from(path))
    let end = 0
    const pathEnds = Uint32Array.from(names, (name) => {
      end += name.length
      return end
    })
    const began = performance.now()
    const file = await buildSegment(
      {
        count: names.length,
        ...{ roots: [root], root: new Uint32Array(names.length), pathEnds },
        paths: Buffer.concat(names),
      },
      { directory, maxFileBytes },
    )
    const seconds = (performance.now() - began) / 1_000
    const segment = openSegment(join(directory, file))!
    const candidates = queries.map(({ pattern, syntax, word, case: letters, multiline, pcre2 }) => {
      const plan = planOf({
        ...{ kind: syntax, pattern, word: word ?? false, case: letters ?? 'sensitive' },
        ...{ multiline: multiline ?? false, pcre2: pcre2 ?? false },
      })
      const { marks } = evaluate(segment, plan.query, plan.exceptTraits)
      return marks ? marks.reduce((sum, mark) => sum + mark, 0) : names.length
    })
    segment.close()
    const { size } = statSync(join(directory, file))
    return { name: 'ripline', seconds, postings: Number.NaN, bytes: size, candidates }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function listed(root: string): readonly string[] {
  const args = ['--files', '--null', '--sort=path', './']
  const all = execFileSync(rgPath, args, { cwd: root, maxBuffer: 1e9 }).toString().split('\0')
  return all
    .filter((path, i) => path !== '' && i % step === 0)
    .map((path) => path.slice(2))
    .filter((path) => {
      const bytes = readFileSync(join(root, path))
      return bytes.length <= maxFileBytes && !bytes.includes(0)
    })
}

/** How many files match, as ripgrep has it. */
function matching(root: string, paths: readonly string[], query: Query): number {
  const flags = [
    ...['--no-config', '--files-with-matches', '--no-mmap', `--regexp=${query.pattern}`],
    query.case === 'ignore' ? '--ignore-case' : '--case-sensitive',
    ...(query.syntax === 'literal' ? ['--fixed-strings'] : []),
    ...(query.word ? ['--word-regexp'] : []),
  ]
  let count = 0
  for (let from = 0; from < paths.length; from += 2_000) {
    try {
      const args = [...flags, '--', ...paths.slice(from, from + 2_000)]
      count += execFileSync(rgPath, args, { cwd: root }).toString().trimEnd().split('\n').length
    } catch {
      // None of these.
    }
  }
  return count
}

for (const argument of corpora) {
  const [name = '', root = ''] = argument.split('=')
  const paths = listed(root)
  const documents = paths.map((path) => readFileSync(join(root, path)))
  const bytes = documents.reduce((sum, { length }) => sum + length, 0)
  const counted = (queries: readonly Query[]) =>
    queries
      .map((query) => ({ query, files: matching(root, paths, query) }))
      .filter(({ files }) => files > 0)
  const asked = counted(queriesFor(name).filter(({ kind }) => kind === 'selective'))
  const more = counted(moreQueriesFor(name))
  // Whose texts are easily told.
  const literals = more.filter(({ query }) => query.syntax === 'literal' && !query.word)
  const queriesOf = (some: typeof more) => some.map(({ query }) => query)
  const shares = sharesOf(documents)
  const all = {
    ...schemes,
    ...Object.fromEntries(Object.entries(windowed).map(([name, make]) => [name, make(shares)])),
  }
  const compared = [...asked, ...literals]
  const others = more.filter((one) => !literals.includes(one))
  const rows = Object.entries(all).map(([scheme, grams]) =>
    tried(scheme, grams, documents, queriesOf(compared)),
  )
  const ours = await own(root, paths, queriesOf([...compared, ...others]))
  const ratios = ({ candidates }: Row, some: typeof more, from: number) =>
    some.map(({ files }, i) => candidates[from + i]! / files)
  const mean = (row: Row, some: typeof more, from: number) =>
    geometricMean(ratios(row, some, from)).toFixed(2)
  const columns = asked.map(({ query }) => query.name)
  const heads = ['grams', 'size', 'postings', 'seconds', 'mean', 'mean of more texts', ...columns]
  console.log(`\n## ${name}: ${paths.length} files, ${(bytes / 1e6).toFixed(0)} MB\n`)
  console.log(`| ${heads.join(' | ')} |\n|${' --- |'.repeat(heads.length)}`)
  console.log(`| true files | | | | | | ${asked.map(({ files }) => files).join(' | ')} |`)
  for (const row of [...rows, ours]) {
    const cells = [
      ...[row.name, `${((100 * row.bytes) / bytes).toFixed(1)} %`],
      Number.isNaN(row.postings) ? '' : `${(row.postings / 1e6).toFixed(1)} M`,
      ...[row.seconds.toFixed(1), mean(row, asked, 0), mean(row, literals, asked.length)],
      ...row.candidates.slice(0, asked.length),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  const rest = [...literals, ...others]
  console.log(`\n| more questions, of ripline | true files | candidates |\n| --- | --- | --- |`)
  for (const [i, { query, files }] of rest.entries()) {
    const flags = [query.word ? 'word' : '', query.case ?? ''].filter(Boolean).join(', ')
    const text = query.pattern.replaceAll('|', '\\|')
    const candidates = ours.candidates[asked.length + i]
    console.log(`| \`${text}\`${flags && ` (${flags})`} | ${files} | ${candidates} |`)
  }
  console.log(`| geometric mean | | ${mean(ours, rest, asked.length)} |`)
}
