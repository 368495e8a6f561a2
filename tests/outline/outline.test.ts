import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type Outline, openOutlines } from '../../src/outline/outline.ts'
import { childProcesses } from '../support/processes.ts'

const outlines = openOutlines()
afterAll(() => outlines.close())

const names = (outline: Outline) =>
  outline.kind === 'outline'
    ? outline.symbols.map(({ depth, kind, name, line, endLine }) =>
        [depth, kind, name, `${line}-${endLine}`].join(' '),
      )
    : outline.kind

describe('an outline', () => {
  it('nests, and calls a function in a class a method', async () => {
    const text = 'class A:\n  def b(self):\n    def c():\n      pass\n\n  x = 1\n\ndef d(): pass\n'
    expect(names(await outlines.of(text, 'python'))).toEqual([
      '0 class A 1-6',
      '1 method b 2-4',
      '2 function c 3-4',
      '0 function d 8-8',
    ])
  })

  it('of Markdown has headings only, each to the next of its level', async () => {
    const text = [
      ...['One', '===', '', '```', '# not', '```', '## Two ##', '    # code', '', '- # Three'],
      ...['', '<!--', '# not', '-->', '#### `Four`', '## Five', '# Six', '#not', ''],
    ].join('\n')
    expect(names(await outlines.of(text, 'markdown'))).toEqual([
      '0 heading One 1-9',
      '1 heading Two 7-9',
      '0 heading Three 10-16',
      '1 heading `Four` 15-15',
      '1 heading Five 16-16',
      '0 heading Six 17-18',
    ])
  })

  it('of C has its names that are keywords of C++', async () => {
    const text = 'struct class { int new; };\nint delete(int this) { return this; }\n'
    expect(names(await outlines.of(text, 'c'))).toEqual([
      '0 struct class 1-1',
      '0 function delete 2-2',
    ])
  })

  it('of a header with C++ in it has its classes', async () => {
    const text = 'namespace a {\nclass B {\npublic:\n  int c() { return 1; }\n};\n}\n'
    expect(names(await outlines.of(text, 'c'))).toEqual([
      '0 namespace a 1-6',
      '1 class B 2-5',
      '2 method c 4-4',
    ])
  })

  it('has tables of TOML, sections of INI and targets of make', async () => {
    const toml = 'a = 1\n[b]\nc = """\n"""\n[[d.e]] # f\ng = [\n[1],\n]\n'
    expect(names(await outlines.of(toml, 'toml'))).toEqual(['0 table b 2-4', '0 table d.e 5-8'])
    expect(names(await outlines.of('[a b]\nx=1\n', 'ini'))).toEqual(['0 section a b 1-2'])
    const make = '.PHONY: all\nall: b\n\techo x: y\nA := b: c\nb c:: d\n'
    expect(names(await outlines.of(make, 'makefile'))).toEqual([
      '0 target all 2-2',
      '0 target b c 5-5',
    ])
  })

  it('has names on one line, cut where they are long', async () => {
    const css = `a,\n\n  b { color: red }\n${'c'.repeat(1_000)} {}\n`
    const found = await outlines.of(css, 'css')
    if (found.kind !== 'outline') throw new Error(found.kind)
    expect(found.symbols.map(({ name }) => name)).toEqual(['a, b', `${'c'.repeat(199)}…`])
  })

  it('is cut, and says so', async () => {
    const found = await outlines.of('f() { :; }\n'.repeat(5_001), 'shell')
    expect([found.kind, found.kind === 'outline' && found.isCut]).toEqual(['outline', true])
    const whole = await outlines.of('g() { :; }\n'.repeat(5_000), 'shell')
    expect(whole.kind === 'outline' && [whole.isCut, whole.symbols.length]).toEqual([false, 5_000])
  })
})

describe('a hostile file', () => {
  const right = async (language: string) => {
    const text = language === 'markdown' ? '# a\n' : language === 'css' ? 'a {}\n' : undefined
    const found = await outlines.of(text ?? 'class a { int b() { return 1; } };\n', language)
    return found.kind
  }
  const megabytes = (text: string) => text.repeat(Math.floor(1_900_000 / text.length))

  it.each([
    ['nested braces', 'c', `void f() {${'{'.repeat(100_000)}${'}'.repeat(100_000)}}\n`],
    ['nested braces that stay open', 'c++', '{'.repeat(100_000)],
    ['parentheses', 'javascript', megabytes('(')],
    ['brackets', 'markdown', megabytes('[')],
    ['quotes in quotes', 'markdown', megabytes('> ')],
    ['emphasis', 'markdown', megabytes('*a _b ')],
    ['an unterminated string', 'python', `x = """${megabytes('a\n')}`],
    ['an unterminated comment', 'java', `/* ${megabytes('a ')}`],
    ['templates', 'typescript', megabytes('`${')],
    ['less-than signs', 'c++', megabytes('a<')],
    ['nested functions', 'javascript', megabytes('function f(){')],
    ['here-documents', 'shell', megabytes('a <<b\n')],
    ['here-documents', 'ruby', megabytes('<<~a ')],
    [
      'what is no text',
      'rust',
      Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 256)).toString(),
    ],
    ['halves of characters', 'go', megabytes('\ud800')],
  ])('of %s in %s is bounded, and the next is right again', async (_what, language, text) => {
    const found = await outlines.of(text, language)
    expect(['outline', 'slow']).toContain(found.kind)
    if (found.kind === 'outline') expect(found.symbols.length).toBeLessThanOrEqual(5_000)
    expect(await right(language)).toBe('outline')
  })

  it('that is too long is not read', async () => {
    expect(await outlines.of('a'.repeat(2_000_001), 'c')).toEqual({ kind: 'large' })
  })

  it('whatever it holds gives lines of the file, nested', async () => {
    const token = fc.constantFrom(
      'class A',
      '{',
      '}',
      '(',
      ')',
      ';',
      '\n',
      'def f',
      ':',
      '"',
      '#',
      ' ',
      'fn x',
      '<',
    )
    const text = fc.array(token, { maxLength: 80 }).map((all) => all.join(''))
    const language = fc.constantFrom('c++', 'python', 'rust', 'ruby', 'java', 'markdown', 'toml')
    await fc.assert(
      fc.asyncProperty(text, language, async (text, language) => {
        const found = await outlines.of(text, language)
        if (found.kind !== 'outline') throw new Error(found.kind)
        const lines = text.split('\n').length
        let before = { depth: -1, line: 1 }
        for (const symbol of found.symbols) {
          expect(symbol.line).toBeGreaterThanOrEqual(before.line)
          expect(symbol.endLine).toBeGreaterThanOrEqual(symbol.line)
          expect(symbol.endLine).toBeLessThanOrEqual(lines)
          expect(symbol.depth).toBeLessThanOrEqual(before.depth + 1)
          before = symbol
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('the process that makes them', () => {
  const nodes = () => childProcesses().filter(({ name }) => /node|MainThread/.test(name))

  it('is one, answers many at once, and is gone when they are closed', async () => {
    const own = openOutlines()
    const before = nodes().length
    const texts = Array.from({ length: 10 }, (_, i) => `int f${i}() { return ${i}; }\n`)
    const all = await Promise.all(texts.map((text) => own.of(text, 'c')))
    expect(all.map(names)).toEqual(texts.map((_, i) => [`0 function f${i} 1-1`]))
    expect(nodes().length).toBe(before + 1)
    await own.close()
    expect(nodes().length).toBe(before)
  })

  it('is asked once for a content', async () => {
    const text = 'int once() { return 1; }\n'
    expect(await outlines.of(text, 'c')).toBe(await outlines.of(text, 'c'))
  })

  it('does not take any number of files', async () => {
    const own = openOutlines()
    const texts = Array.from({ length: 40 }, (_, i) => `int g${i};\n`)
    const kinds = (await Promise.all(texts.map((text) => own.of(text, 'c')))).map(
      ({ kind }) => kind,
    )
    expect(kinds.filter((kind) => kind === 'outline').length).toBeGreaterThanOrEqual(16)
    expect(kinds.at(-1)).toBe('busy')
    // What was not read then is read now.
    expect((await own.of(texts.at(-1)!, 'c')).kind).toBe('outline')
    await own.close()
  })
})
