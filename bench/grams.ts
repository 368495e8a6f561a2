// Which grams an index is to hold: candidates against the files that truly match, size and time, scheme by scheme, over
// some of a corpus's files. `node bench/grams.ts linux=DIR packages=DIR` prints a table for each.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import { buildSegment } from '../src/index/build.ts'
import { evaluate } from '../src/index/evaluate.ts'
import { planOf } from '../src/index/narrow.ts'
import { openSegment } from '../src/index/segment.ts'
import { textSymbolCount, textSymbols } from '../src/index/symbols.ts'
import { type Query, queriesFor } from './queries.ts'

/** Every so many files: with all of them the table takes an hour, and says the same. */
const step = 8
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

const schemes: Readonly<Record<string, Scheme>> = {
  'trigrams, bytes': everyGram(3, folded),
  [`trigrams, ${textSymbolCount} symbols`]: everyGram(3, textSymbols),
  [`4-grams, ${textSymbolCount} symbols`]: everyGram(4, textSymbols),
  [`5-grams, ${textSymbolCount} symbols`]: everyGram(5, textSymbols),
  'sparse grams, 4 to 16 bytes': sparse,
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

for (const argument of process.argv.slice(2)) {
  const [name = '', root = ''] = argument.split('=')
  const paths = listed(root)
  const documents = paths.map((path) => readFileSync(join(root, path)))
  const bytes = documents.reduce((sum, { length }) => sum + length, 0)
  const asked = queriesFor(name).filter(({ kind }) => kind === 'selective')
  const counts = asked.map((query) => matching(root, paths, query))
  const queries = asked.filter((_, i) => counts[i]! > 0)
  const truth = counts.filter((count) => count > 0)
  const rows = [
    ...Object.entries(schemes).map(([scheme, grams]) => tried(scheme, grams, documents, queries)),
    await own(root, paths, queries),
  ]
  const mean = ({ candidates }: Row) =>
    Math.exp(
      candidates.reduce((sum, count, i) => sum + Math.log(count / truth[i]!), 0) / truth.length,
    )
  const heads = ['grams', 'size', 'postings', 'seconds', 'mean', ...queries.map(({ name }) => name)]
  console.log(`\n## ${name}: ${paths.length} files, ${(bytes / 1e6).toFixed(0)} MB\n`)
  console.log(`| ${heads.join(' | ')} |\n|${' --- |'.repeat(heads.length)}`)
  console.log(`| true files | | | | | ${truth.join(' | ')} |`)
  for (const row of rows) {
    const cells = [
      ...[row.name, `${((100 * row.bytes) / bytes).toFixed(1)} %`],
      Number.isNaN(row.postings) ? '' : `${(row.postings / 1e6).toFixed(1)} M`,
      ...[row.seconds.toFixed(1), mean(row).toFixed(2), ...row.candidates],
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
