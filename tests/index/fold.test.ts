import { spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldsOf } from '../../src/index/fold.ts'
import { parsePcre2 } from '../../src/index/pcre2.ts'
import { traits } from '../../src/index/symbols.ts'
import { parsePattern } from '../../src/index/syntax.ts'
import { createTokenizer } from '../../src/index/tokens.ts'
import { makeTree } from '../support/tree.ts'

/** To ask for every character that has case, 3,000 of them: INDEX_RUNS=1000 npx vitest run tests/index/fold.test.ts */
const asksAll = process.env.INDEX_RUNS !== undefined
const numAsked = 250

const isScalar = (code: number) => code < 0xd800 || (code >= 0xe000 && code <= 0x10ffff)
const tree = makeTree()

/** What ripgrep finds in a file, which holds one character a line. */
function found(
  name: string,
  flag: '-i' | '-s' | '-S',
  pattern: string,
  engine: readonly string[] = [],
): readonly number[] {
  const args = [
    '--no-config',
    '--no-mmap',
    '--crlf',
    flag,
    ...engine,
    `--regexp=${pattern}`,
    '--',
    name,
  ]
  const { stdout, stderr } = spawnSync(rgPath, args, { cwd: tree.root, env: {}, maxBuffer: 1e9 })
  expect(`${stderr}`).toBe('')
  const lines = `${stdout}`.split(/\r?\n/).filter((line) => line !== '')
  return lines.map((line) => line.codePointAt(0)!)
}

const inLines = (codes: readonly number[]) =>
  codes.map((code) => `${String.fromCodePoint(code)}\n`).join('')

/** What has case, by ripgrep's tables or by ours. */
const cased = (() => {
  const all = Array.from({ length: 0x110000 }, (_, code) => code)
  const lines = all.filter((code) => isScalar(code) && code !== 0x0a && code !== 0x0d && code !== 0)
  tree.write('all', inLines(lines))
  const theirs = found('all', '-s', '\\p{Changes_When_Casefolded}|\\p{Changes_When_Casemapped}')
  const own = lines.filter((code) => foldsOf(code).length > 1)
  return [...new Set([...theirs, ...own])].sort((a, b) => a - b)
})()
tree.write('cased', inLines(cased))

/** Those whose case is intricate: one of several, or one that becomes several characters. */
const intricate = cased.filter((code) => {
  const character = String.fromCodePoint(code)
  const forms = [character.toLowerCase(), character.toUpperCase()]
  return foldsOf(code).length > 2 || forms.some((form) => [...form].length > 1)
})
const asked = asksAll
  ? cased
  : [...intricate, ...fc.sample(fc.constantFrom(...cased), { numRuns: numAsked })]
const literalOf = (code: number) => `\\x{${code.toString(16)}}`
const shown = (code: number) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`

describe.each([
  ['Rust', [], parsePattern],
  ['PCRE2', ['-P'], parsePcre2],
])('case is ignored as ripgrep ignores it, with %s', { timeout: 300_000 }, (_, engine, parse) => {
  it('of every character that folds to another', () => {
    expect(cased.length).toBeGreaterThan(2_700)
    expect(intricate.length).toBeGreaterThan(100)
    const missing = asked.flatMap((code) => {
      const own = new Set(foldsOf(code))
      return found('cased', '-i', literalOf(code), engine)
        .filter((other) => !own.has(other))
        .map((other) => `${shown(code)} matches ${shown(other)}`)
    })
    expect(missing).toEqual([])
  })

  it('and each matches itself first, and is matched by those that it matches', () => {
    for (const code of cased) {
      expect(foldsOf(code)[0]).toBe(code)
      for (const other of foldsOf(code)) expect(foldsOf(other)).toContain(code)
    }
    expect(foldsOf(0x31)).toEqual([0x31])
    expect(foldsOf(0x65e5)).toEqual([0x65e5])
  })

  it('of ASCII, which nothing else matches but what a trait tells of', () => {
    const tokensOf = createTokenizer(undefined)
    for (let code = 0x20; code < 0x7f; code++) {
      for (const other of found('all', '-i', literalOf(code), engine).filter(
        (other) => other >= 0x80,
      )) {
        const tokens = tokensOf(Buffer.from(`a${String.fromCodePoint(other)}`))
        expect(tokens.traits & traits.foldsToAscii, shown(other)).toBe(traits.foldsToAscii)
        expect([0x6b, 0x4b, 0x73, 0x53]).toContain(code)
      }
    }
  })

  it('unless smart case has found a capital: what we take for one is one', () => {
    const capitals = asked.filter((code) => parse(String.fromCodePoint(code))!.hasUpper)
    expect(capitals.length).toBeGreaterThan(50)
    const wrong = capitals.filter((code) => {
      const matched = found('cased', '-S', String.fromCodePoint(code), engine)
      return matched.some((other) => other !== code)
    })
    expect(wrong.map(shown)).toEqual([])
  })
})

it('a digit that is not ASCII has a trait that tells so', () => {
  const tokensOf = createTokenizer(undefined)
  const digits = [[], ['-P']]
    .flatMap((engine) => found('all', '-s', '\\d', engine))
    .filter((code) => code >= 0x80)
  expect(digits.length).toBeGreaterThan(600)
  const untold = digits.filter((code) => {
    const tokens = tokensOf(Buffer.from(String.fromCodePoint(code)))
    return (tokens.traits & traits.unicodeDigits) === 0
  })
  expect(untold.map(shown)).toEqual([])
})
