import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asSearched } from '../../src/corpus/decode.ts'
import { digestOf } from '../../src/corpus/look.ts'
import { buildSegment } from '../../src/index/build.ts'
import { buildInChild, listSegments } from '../../src/index/build-client.ts'
import { evaluate } from '../../src/index/evaluate.ts'
import { decodeHeader, encodeHeader, formatVersion, headerBytes } from '../../src/index/format.ts'
import { planOf } from '../../src/index/narrow.ts'
import { isWhole, openSegment, type Segment } from '../../src/index/segment.ts'
import { wholeSegments } from '../../src/index/store.ts'
import { gramCount, longBase, runKinds, wordBase } from '../../src/index/symbols.ts'
import { matcherOf } from '../search/answer.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { gramsOf, runsOf } from './brute-force.ts'
import { documentsIn, maxFileBytes } from './indexed.ts'
import { fileContent } from './patterns.ts'

const never = new AbortController().signal

interface Built {
  readonly tree: Tree
  readonly contents: readonly Buffer[]
  /** Where segments stand. */
  readonly directory: string
  readonly name: string
  readonly path: string
}

async function built(contents: readonly Buffer[]): Promise<Built> {
  const tree = makeTree()
  for (const [i, content] of contents.entries()) tree.write(`f${i}`, content)
  const directory = makeTree().root
  const names = contents.map((_, i) => `f${i}`)
  const name = await buildSegment(documentsIn(tree.root, names), { directory, maxFileBytes })
  return { tree, contents, directory, name, path: `${directory}/${name}` }
}

/** Each gram's documents, found the slow way. */
function listsOf(contents: readonly Buffer[], segment: Segment): Map<number, number[]> {
  const lists = new Map<number, number[]>()
  const common = segment.common.length > 0 ? segment.common : undefined
  for (const [document, content] of contents.entries()) {
    const { bytes } = asSearched(content)
    if (bytes.includes(0)) continue
    for (const gram of gramsOf(bytes, common)) {
      const list = lists.get(gram)
      if (list) list.push(document)
      else lists.set(gram, [document])
    }
  }
  return lists
}

function expectRoundTrip(segment: Segment, contents: readonly Buffer[]): void {
  expect(segment.documents).toBe(contents.length)
  const lists = listsOf(contents, segment)
  const entries = segment.range(0, gramCount)
  expect(entries.map(({ gram }) => gram)).toEqual([...lists.keys()].sort((a, b) => a - b))
  let nth = 0
  segment.readAll(entries, (documents) => {
    const { gram, count } = entries[nth++]!
    const expected = lists.get(gram)!
    if (documents.length !== count || documents.some((one, i) => one !== expected[i])) {
      expect.fail(`gram ${gram}: ${[...documents]} and not ${expected}`)
    }
  })
  expect(nth).toBe(entries.length)
  // One by one, a few of them.
  const step = Math.ceil(entries.length / 500)
  const even = Uint32Array.from({ length: contents.length / 2 }, (_, i) => 2 * i)
  for (const { gram } of entries.filter((_, i) => i % step === 0)) {
    const expected = lists.get(gram)!
    const entry = segment.range(gram, gram + 1)[0]!
    expect([...segment.read(entry)]).toEqual(expected)
    expect([...segment.keep(even.slice(), entry)]).toEqual(
      expected.filter((one) => even.includes(one)),
    )
    expect(segment.range(gram, gram + 1)).toEqual([entry])
    expect(segment.range(gram - 3, gram + 4).map((one) => one.gram)).toEqual(
      [-3, -2, -1, 0, 1, 2, 3].map((by) => gram + by).filter((one) => lists.has(one)),
    )
  }
  for (const [document, content] of contents.entries()) {
    const { bytes } = asSearched(content)
    const isText = !bytes.includes(0)
    const digest = segment.digests.subarray(16 * document, 16 * document + 16)
    expect(Buffer.from(digest)).toEqual(
      isText ? Buffer.from(digestOf(content).buffer) : Buffer.alloc(16),
    )
    const runs = segment.runs.subarray(runKinds.length * document).subarray(0, runKinds.length)
    expect([...runs]).toEqual(isText ? runsOf(bytes) : runKinds.map(() => 0))
  }
}

describe('a segment', () => {
  it('holds every gram of every document, and no other', { timeout: 60_000 }, async () => {
    for (const size of [1, 2, 40]) {
      const contents = fc.sample(fileContent, size)
      const { path } = await built(contents)
      expect(isWhole(path)).toBe(true)
      const segment = openSegment(path)!
      expectRoundTrip(segment, contents)
      expect(segment.textBytes).toBe(
        contents
          .map((content) => asSearched(content).bytes)
          .filter((bytes) => !bytes.includes(0))
          .reduce((sum, { length }) => sum + length, 0),
      )
      expect(segment.bytes).toBe(statSync(path).size)
      segment.close()
    }
  })

  it('also of so many that several threads write and merge it', { timeout: 60_000 }, async () => {
    const words = fc.constantFrom('static int', 'return', 'foo', 'é', '0x7f', '();\n', ' ', 'kobj')
    const contents = fc
      .sample(fc.array(words, { maxLength: 8 }), 2_500)
      .map((some, i) => Buffer.from(`${some.join(' ')} ${i}`))
    const { path } = await built(contents)
    const segment = openSegment(path)!
    expectRoundTrip(segment, contents)
    expect(segment.range(longBase, wordBase).length).toBeGreaterThan(20)
    segment.close()
  })

  it('of no document, or none that is text, says so', async () => {
    for (const contents of [[], [Buffer.from('a\0b')]]) {
      const { path } = await built(contents)
      const segment = openSegment(path)!
      expectRoundTrip(segment, contents)
      const { query } = planOf(matcherOf('foobar'))
      expect([...(evaluate(segment, query, 0).marks ?? [])]).toEqual(contents.map(() => 0))
      segment.close()
    }
  })

  it('is known by its documents, and the same twice', async () => {
    const contents = fc.sample(fileContent, 20)
    const [one, two] = [await built(contents), await built(contents)]
    expect(one.name).toMatch(/^[0-9a-f]{24}\.segment$/)
    expect(two.name).toBe(one.name)
    expect(readFileSync(one.path).equals(readFileSync(two.path))).toBe(true)
    expect((await built([...contents, Buffer.from('more')])).name).not.toBe(one.name)
  })

  it('leaves out files that have gone, or are too large, or no files, and says of them nothing', async () => {
    const tree = makeTree({ a: 'foobar\n', large: 'foobar\n'.repeat(100), 'd/x': '' })
    const directory = makeTree().root
    const documents = documentsIn(tree.root, ['a', 'gone', 'large', 'd', 'd/x'])
    const name = await buildSegment(documents, { directory, maxFileBytes: 100 })
    const segment = openSegment(`${directory}/${name}`)!
    const isIn = (i: number) =>
      segment.digests.subarray(16 * i, 16 * i + 16).some((byte) => byte > 0)
    expect([0, 1, 2, 3, 4].map(isIn)).toEqual([true, false, false, false, true])
    segment.close()
  })

  it('that cannot be written is not there, nor is anything else', async () => {
    const tree = makeTree({ a: 'foobar\n' })
    const directory = makeTree({ file: '' }).root
    const documents = documentsIn(tree.root, ['a'])
    await expect(
      buildSegment(documents, { directory: `${directory}/file`, maxFileBytes }),
    ).rejects.toThrow()
    expect(readdirSync(directory)).toEqual(['file'])
  })

  it('is built also where a process of the same number was killed', async () => {
    const tree = makeTree({ a: 'foobar\n' })
    const left = ['run-0-0.0', 'lists.0', 'segment']
    const directory = makeTree(
      Object.fromEntries(left.map((name) => [`building-${process.pid}/${name}`, 'left behind'])),
    ).root
    const name = await buildSegment(documentsIn(tree.root, ['a']), { directory, maxFileBytes })
    expect(readdirSync(directory)).toEqual([name])
    expect(isWhole(`${directory}/${name}`)).toBe(true)
  })
})

describe('a damaged segment', async () => {
  const { path, name } = await built(fc.sample(fileContent, { seed: 7, numRuns: 30 }))
  const whole = readFileSync(path)

  /** Whether these bytes in the segment's place are removed, and not trusted. */
  const tree = makeTree()
  function removed(bytes: Uint8Array, is: (path: string) => void = () => {}): boolean {
    const path = `${tree.root}/${name}`
    writeFileSync(path, bytes)
    is(path)
    const isTrusted = isWhole(path)
    expect(wholeSegments(tree.root)).toEqual(isTrusted ? [name] : [])
    expect(existsSync(path)).toBe(isTrusted)
    return !isTrusted
  }

  it('is the only one that is not trusted', () => {
    expect(removed(whole)).toBe(false)
  })

  it('is not trusted, wherever it was cut', () => {
    const places = [0, 1, 15, 16, 17, headerBytes - 1, headerBytes, headerBytes + 1]
    for (let i = 1; i <= 60; i++) places.push(Math.floor((whole.length * i) / 61))
    for (const place of [...places, whole.length - 1]) {
      const isRemoved = removed(whole.subarray(0, place), (path) => {
        expect(openSegment(path)).toBeUndefined()
      })
      expect(isRemoved, `cut at ${place}`).toBe(true)
    }
  })

  it('is not trusted if it goes on', () => {
    for (const more of [1, 8, 4_096]) {
      expect(removed(Buffer.concat([whole, Buffer.alloc(more)]))).toBe(true)
    }
  })

  it('is not trusted, whichever byte has changed', () => {
    const step = Math.ceil(whole.length / 300)
    const places = Array.from({ length: headerBytes }, (_, i) => i)
    for (let at = headerBytes; at < whole.length; at += step) places.push(at)
    for (const at of [...places, whole.length - 1]) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      const isRemoved = removed(bytes, (path) => {
        // Nothing in the header is read that its seal does not confirm.
        if (at < headerBytes) expect(openSegment(path)).toBeUndefined()
      })
      expect(isRemoved, `byte ${at}`).toBe(true)
    }
  })

  it('is not trusted where blocks of it are zeros, as a disk leaves them that was not told to keep them', () => {
    for (let from = 0; from < whole.length; from += 4_096) {
      const bytes = Buffer.from(whole)
      bytes.fill(0, from, Math.min(from + 4_096, bytes.length))
      if (!bytes.equals(whole)) expect(removed(bytes), `block at ${from}`).toBe(true)
    }
  })

  it('that changes while it is open is no crash: it finds documents that there are, or fails as reading does', () => {
    const matchers = ['foobar', 'struct|kobject', 'return', '\\w\\d{3}-\\d\\d', 'k'].map(
      (pattern) => planOf(matcherOf(pattern, { kind: 'regex', case: 'ignore' })),
    )
    const tree = makeTree()
    for (let at = headerBytes; at < whole.length; at += Math.ceil(whole.length / 200)) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      bytes[at + 1]! ^= 0x80
      tree.write(name, bytes)
      const segment = openSegment(`${tree.root}/${name}`)!
      for (const { query, exceptTraits } of matchers) {
        const { marks } = evaluate(segment, query, exceptTraits)
        expect(marks === undefined || marks.length === segment.documents, `byte ${at}`).toBe(true)
      }
      segment.close()
    }
  })

  it('of another version or maker is not trusted, and removed', () => {
    const header = decodeHeader(whole.subarray(0, headerBytes))!
    const sealed = (change: (header: Buffer) => void): Buffer => {
      const bytes = Buffer.from(whole)
      const own = encodeHeader(header)
      change(own)
      const seal = createHash('sha256')
        .update(own.subarray(0, headerBytes - 32))
        .digest()
      seal.copy(own, headerBytes - 32)
      own.copy(bytes)
      return bytes
    }
    expect(removed(sealed(() => {}))).toBe(false)
    for (const version of [0, formatVersion - 1, formatVersion + 1, 2 ** 32 - 1]) {
      expect(removed(sealed((bytes) => bytes.writeUInt32LE(version, 16)))).toBe(true)
    }
    expect(removed(sealed((bytes) => bytes.write('RIPLINE INDEX', 'latin1')))).toBe(true)
    for (const foreign of ['', 'a text\n', '\x7fELF', '{"version":1}']) {
      expect(removed(Buffer.from(foreign))).toBe(true)
    }
  })

  it('beside whole ones is removed alone, and what is no segment is left alone', () => {
    const other = `${'0'.repeat(24)}.segment`
    const tree = makeTree({
      [name]: whole,
      [other]: whole.subarray(1),
      'notes.txt': 'mine',
      'short.segment': 'mine',
      [`${'0'.repeat(24)}.segment.bak`]: 'mine',
      'building-x/notes': 'mine',
    })
    expect(wholeSegments(tree.root)).toEqual([name])
    expect(readdirSync(tree.root).sort()).toEqual(
      [name, 'notes.txt', 'short.segment', `${other}.bak`, 'building-x'].sort(),
    )
  })

  it('is none if it is no regular file, and is neither waited for nor followed', () => {
    const tree = makeTree({ elsewhere: whole, [name]: whole })
    const [fifo, link, directory] = ['1', '2', '3'].map((digit) => `${digit.repeat(24)}.segment`)
    spawnSync('mkfifo', [`${tree.root}/${fifo}`])
    symlinkSync('elsewhere', `${tree.root}/${link}`)
    mkdirSync(`${tree.root}/${directory}`)
    for (const other of [fifo, link, directory]) {
      expect(openSegment(`${tree.root}/${other}`)).toBeUndefined()
    }
    expect(wholeSegments(tree.root)).toEqual([name])
    expect(readdirSync(tree.root).sort()).toEqual([directory, 'elsewhere', name].sort())
  })
})

describe('a directory of segments', () => {
  it('is made, with all above it', () => {
    const tree = makeTree()
    expect(wholeSegments(`${tree.root}/a/b/c`)).toEqual([])
    expect(readdirSync(`${tree.root}/a/b`)).toEqual(['c'])
  })

  it('is rid of what killed builds have left, and of no running one', async () => {
    const tree = makeTree()
    const gone = await deadPid()
    const old = new Date(Date.now() - 7_200_000)
    for (const pid of [gone, process.pid, process.ppid]) {
      mkdirSync(`${tree.root}/building-${pid}`)
      writeFileSync(`${tree.root}/building-${pid}/run-0-0.0`, 'half')
    }
    utimesSync(`${tree.root}/building-${process.ppid}`, old, old)
    wholeSegments(tree.root)
    expect(readdirSync(tree.root)).toEqual([`building-${process.pid}`])
  })

  it('that cannot be one is said to be none', async () => {
    const tree = makeTree({ file: '' })
    await expect(listSegments(`${tree.root}/file`, never)).rejects.toThrow(/file/)
    await expect(listSegments(`${tree.root}/file/below`, never)).rejects.toThrow(/ENOTDIR/)
    await expect(listSegments(`${tree.root}/new`, never)).resolves.toEqual([])
  })
})

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const { spawn } = await import('node:child_process')
  const child = spawn('true')
  await new Promise((resolve) => child.once('close', resolve))
  return child.pid!
}

describe('a build that is killed', () => {
  it('at any moment leaves what the next start is rid of', { timeout: 120_000 }, async () => {
    const contents = fc.sample(fileContent, { seed: 3, numRuns: 700 })
    const tree = makeTree()
    for (const [i, content] of contents.entries()) tree.write(`f${i}`, content)
    const documents = documentsIn(
      tree.root,
      contents.map((_, i) => `f${i}`),
    )
    const directory = `${makeTree().root}/index`
    const options = { directory, maxFileBytes }

    const began = performance.now()
    const name = (await buildInChild(documents, options, never, () => {}))!
    const took = performance.now() - began
    const expected = readFileSync(`${directory}/${name}`)
    let left = 0
    let killed = 0
    for (let nth = 0; nth <= 8; nth++) {
      const own = { directory: `${directory}-${nth}`, maxFileBytes }
      const stop = new AbortController()
      const building = buildInChild(documents, own, stop.signal, () => {})
      await sleep((took * nth) / 8)
      stop.abort()
      if ((await building) === undefined) killed++
      const isThere = existsSync(own.directory)
      const hasLeft = isThere && readdirSync(own.directory).some((name) => /^building-/.test(name))
      const names = await listSegments(own.directory, never)
      expect(readdirSync(own.directory)).toEqual(names)
      if (hasLeft && left++ < 2)
        expect(await buildInChild(documents, own, never, () => {})).toBe(name)
      for (const one of readdirSync(own.directory)) {
        expect(one).toBe(name)
        expect(readFileSync(`${own.directory}/${one}`).equals(expected)).toBe(true)
      }
    }
    expect(killed).toBeGreaterThan(0)
    // Some moments were those at which something lay about.
    expect(left).toBeGreaterThan(0)
  })

  it('after its first progress, too', async () => {
    const tree = makeTree(
      Object.fromEntries([...'abcdefgh'].map((name) => [name, `foobar ${name}\n`])),
    )
    const documents = documentsIn(tree.root, [...'abcdefgh'])
    const directory = makeTree().root
    const stop = new AbortController()
    const seen: number[] = []
    const name = await buildInChild(documents, { directory, maxFileBytes }, stop.signal, (done) => {
      seen.push(done)
      stop.abort()
    })
    expect(seen).toEqual([8])
    expect(name).toBeUndefined()
    const names = await listSegments(directory, never)
    expect(readdirSync(directory)).toEqual(names)
  })

  it('beside another of the same documents hinders it not', async () => {
    const tree = makeTree({ a: 'foobar\n', b: 'barfoo\n' })
    const documents = documentsIn(tree.root, ['a', 'b'])
    const directory = makeTree().root
    const all = await Promise.all(
      [1, 2, 3].map(() => buildInChild(documents, { directory, maxFileBytes }, never, () => {})),
    )
    expect(new Set(all).size).toBe(1)
    expect(readdirSync(directory)).toEqual([all[0]])
    expect(isWhole(`${directory}/${all[0]}`)).toBe(true)
    copyFileSync(`${directory}/${all[0]}`, `${directory}/${'1'.repeat(24)}.segment`)
    expect(await listSegments(directory, never)).toHaveLength(2)
  })
})
