import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { findLanguage } from '../../src/corpus/language.ts'
import { readCommand } from '../../src/query/command.ts'
import { emptyForm, type Form } from '../../src/query/form.ts'
import { formatForm } from '../../src/query/parameters.ts'
import { formatText } from '../../src/query/parse.ts'
import { shellQuote } from '../../src/query/shell-quote.ts'
import { all, one, readHtml, textOf, wordsOf } from '../http/html.ts'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'

const env = { PATH: `${dirname(rgPath)}:/usr/bin:/bin` }

describe('a quoted word', () => {
  it('is that word to a shell, whatever its bytes', () => {
    const bytes = fc.uint8Array({ min: 1 }).map((array) => Buffer.from(array))
    const word = fc.oneof(
      bytes,
      fc
        .string({
          unit: fc.constantFrom(
            "'",
            '"',
            '\\',
            '\n',
            '$x',
            '`id`',
            '!',
            '\x1b',
            '‮',
            'é',
            '-',
            ' ',
            '%',
          ),
        })
        .map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const command = `printf '%s\\0' ${words.map(shellQuote).join(' ')}`
        // Only ASCII and printable text, so that the command may travel as text.
        expect(command).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\ufffd]/u)
        const { stdout } = spawnSync('/bin/sh', ['-c', command], { env })
        expect(stdout.equals(Buffer.concat(words.flatMap((one) => [one, Buffer.from('\0')])))).toBe(
          true,
        )
      }),
      { numRuns: 200 },
    )
  })
})

const text = `let foo = 'it''s'\nfoo(bar) -foo --x\nFOO "quoted" $HOME \`id\`\n\n  é \\n \x1b[0m foo\nend\n`
const files = {
  'alpha/src/a.ts': text,
  'alpha/src/deep/b.ts': `x\n${text}`,
  'alpha/src.txt': text,
  'alpha/has space/c.md': text,
  'beta/src/d.ts': text,
  'beta/http/src/e.c': text,
  'beta/f': `${text}foo`,
  'beta/.hidden.ts': text,
  "ga'mma/g.ts": text,
}

const oneOf = fc.constantFrom
const form: fc.Arbitrary<Form> = fc
  .record({
    q: oneOf(
      ...['foo', 'foo(', '-foo', '--x', "it''s", '$HOME', '`id`', '"quoted"', '\\n', '\x1b[0m'],
    ),
    regex: fc.boolean(),
    word: fc.boolean(),
    multiline: fc.boolean(),
    case: oneOf(...(['smart', 'sensitive', 'ignore'] as const)),
    context: oneOf(0, 1, 2),
    path: fc.array(
      oneOf(
        ...[
          '*.ts',
          '!*.ts',
          'src',
          '!src',
          'src/',
          '/src',
          'src/*.ts',
          'http/src',
          '!src/deep',
          '*',
          '.*',
        ],
      ),
      { maxLength: 2 },
    ),
    repo: fc.array(oneOf('alpha', 'beta', "!ga'mma", 'b*'), { maxLength: 1 }),
  })
  .map((fields) => ({ ...emptyForm, ...fields, q: formatText(fields.q) }))

describe('the command of a page', () => {
  let tree: Tree
  let server: TestServer
  beforeAll(async () => {
    tree = makeTree(files)
    server = await startServer(tree)
  })

  const known = Object.keys(files).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

  /** `REPOSITORY/PATH:LINE` of each matching line that a shell prints. */
  const printed = (command: string, directory: string): readonly string[] => {
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
      ...{ cwd: `${tree.root}/${directory}`, env, encoding: 'utf8' },
    })
    expect([command, stderr]).toEqual([command, ''])
    const line = new RegExp(`^(${known.join('|')}):(\\d+):`)
    return stdout.split('\n').flatMap((row) => {
      const found = line.exec(directory + row.replace(/^\.\//, ''))
      return found ? [`${found[1]}:${found[2]}`] : []
    })
  }

  /** The search that a command means when it is pasted, with nothing of it left out. */
  const pasted = (command: string) => {
    const { limits } = server.config
    const read = readCommand(command, {
      languageOf: (type) => findLanguage(type)?.id,
      ...{ maxContext: limits.context, hidden: false, maxFileBytes: [limits.fileBytes] },
      repositories: new Map(server.catalog.repositories.map(({ name }) => [name, name])),
    })!
    return read.form && { leftOut: read.leftOut, form: formatForm(read.form) }
  }

  /** The form that a command says: without the directory that it is run in, and a regex of plain text is that text. */
  const meaning = (form: Form, place: string, repositories: readonly string[]) => {
    const isAll = repositories.length === server.catalog.repositories.length
    const regex = form.regex && /[\\^$.|?*+()[\]{}]/.test(form.q)
    const repo = place === 'that holds' && !isAll ? repositories : []
    return { leftOut: [], form: formatForm({ ...form, regex, repo }) }
  }

  it('run by a shell finds the lines that the page shows', { timeout: 120_000 }, async () => {
    const places = new Set<string>()
    let lines = 0
    await fc.assert(
      fc.asyncProperty(form, async (form) => {
        const answer = await server.get(`search?${formatForm(form)}`)
        if (answer.status === 400) return void (await answer.text())
        const page = readHtml(await answer.text())
        // A pattern may be refused when the page has begun.
        if (all(page, '[role=alert]').length > 0) return
        const ledger = one(page, '#ledger')
        const code = one(ledger, '#command')
        const command = textOf(code)
        const said = all(ledger, 'dd')
          .map(wordsOf)
          .find((words) => words.includes('to be run'))!
        const place = /to be run in the directory (that holds|of each|of (\S+))/.exec(said)!
        places.add(place[1]!)
        expect(said).not.toContain('It ')

        const events = await jsonLines(await server.get(`api/search?${formatForm(form)}`))
        const expected = events
          .filter(({ type }) => type === 'file')
          .flatMap(({ repository, path, lines }) =>
            lines
              .filter(({ kind }: { kind: string }) => kind === 'match')
              .map(({ number }: { number: number }) => `${repository}/${path}:${number}`),
          )
        const repositories = server.catalog.repositories
          .map(({ name }) => name)
          .filter((name) =>
            form.repo.every((one) =>
              one.startsWith('!')
                ? one !== `!${name}`
                : one === 'b*'
                  ? name === 'beta'
                  : one === name,
            ),
          )
        const directories =
          place[1] === 'that holds'
            ? ['']
            : place[1] === 'of each'
              ? repositories.map((name) => `${name}/`)
              : [`${place[2]!.replace(/\.$/, '')}/`]
        const found = directories.flatMap((directory) => printed(command, directory))
        expect([command, found.toSorted()]).toEqual([command, expected.toSorted()])
        lines += found.length
        expect([command, pasted(command)]).toEqual([
          command,
          meaning(form, place[1]!, repositories),
        ])
      }),
      { numRuns: 50 },
    )
    expect(lines).toBeGreaterThan(50)
    expect(places.size).toBeGreaterThan(1)
  })

  it.each(['lang=typescript', 'lang=!typescript', 'lang=c&lang=markdown', 'type=file&repo=alpha'])(
    'says languages, and names of files: %s',
    async (query) => {
      const q = query.startsWith('type') ? 's' : 'foo'
      const page = readHtml(await (await server.get(`search?q=${q}&${query}`)).text())
      const command = textOf(one(page, '#command'))
      const expected = all(page, 'section.file').map(
        ({ attributes }) => `${attributes['data-repo']}/${attributes['data-path']}`,
      )
      const directory = query.startsWith('type') ? 'alpha/' : ''
      const { stdout } = spawnSync('/bin/sh', ['-c', command], {
        ...{ cwd: `${tree.root}/${directory}`, env, encoding: 'utf8' },
      })
      const found = stdout.split('\n').flatMap((row) => {
        const [name] = /^(?:\.\/)?([^:]+?)(?=:\d+:|$)/.exec(row) ?? []
        const path = directory + (name ?? '').replace(/^\.\//, '')
        return path in files ? [path] : []
      })
      expect([command, [...new Set(found)].toSorted()]).toEqual([command, expected.toSorted()])
      expect(found.length).toBeGreaterThan(0)
      const read = pasted(command)!
      expect([command, read]).toEqual([
        ...[
          command,
          {
            leftOut: [],
            form: `q=${q}&${query.replaceAll('!', '%21').replace('type=file&repo=alpha', 'type=file')}`,
          },
        ],
      ])
    },
  )

  it('says where its answer may be another', async () => {
    const words = async (query: string) =>
      wordsOf(one(readHtml(await (await server.get(`search?${query}`)).text()), '#ledger'))
    expect(await words('q=foo&lang=c')).toContain('It tells languages by names and endings')
    expect(await words('q=foo&lang=c&path=*.c')).toContain('It searches files of every language')
    expect(await words('q=foo&path=/a/')).toContain(
      'It does not know the filters that are regexes.',
    )
    expect(await words('q=foo&has=bar')).toContain('It does not look at what else a file holds.')
    expect(await words('q=foo&limit=1')).toContain('It goes on where this answer was cut.')
    expect(await words('q=foo')).not.toContain('It ')
  })
})

it('of a checkout with ignored files says that its globs let them in, and without globs it does not', async () => {
  const tree = makeTree({ 'a.ts': 'foo\n', 'b.ts': 'foo\n', '.ignore': 'b.ts\n' })
  const server = await startServer(tree)
  const page = async (query: string) => readHtml(await (await server.get(`search?${query}`)).text())
  const ledger = one(await page('q=foo&path=*.ts'), '#ledger')
  expect(wordsOf(ledger)).toContain('Its globs let in ignored files as well')
  const command = textOf(one(await page('q=foo'), '#command'))
  const { stdout } = spawnSync('/bin/sh', ['-c', command], {
    cwd: tree.root,
    env,
    encoding: 'utf8',
  })
  expect(stdout).toBe('./a.ts:1:foo\n')
})

it('of files in another encoding reads them as that, and of a replacement shows it', async () => {
  const old = Buffer.from('caf\xe9 au lait\n', 'latin1')
  const server = await startServer(
    { alpha: makeTree({ 'a.txt': old }), beta: makeTree({ 'b.txt': old }) },
    { encodings: { beta: 'windows-1252' } },
  )
  const account = async (query: string) => {
    const ledger = one(readHtml(await (await server.get(`search?${query}`)).text()), '#ledger')
    return { command: textOf(one(ledger, '#command')), words: wordsOf(ledger) }
  }
  const printed = (command: string, name: string) => {
    const root = server.config.roots.find((root) => root.name === name)!
    const options = { cwd: root.directory, env, encoding: 'utf8' } as const
    return spawnSync('/bin/sh', ['-c', command], options).stdout
  }
  const asked = await account('q=caf%C3%A9&encoding=latin1&replace=th%C3%A9&repo=alpha')
  expect(printed(asked.command, 'alpha')).toBe('./a.txt:1:thé au lait\n')
  const set = await account('q=caf%C3%A9&repo=beta')
  expect(printed(set.command, 'beta')).toBe('./b.txt:1:café au lait\n')
  expect(set.words).not.toContain('It ')
  const both = await account('q=caf%C3%A9')
  expect(both.command).not.toContain('--encoding')
  expect(both.words).toContain('It reads the files of all repositories in one encoding.')
  expect((await account('q=caf%C3%A9&encoding=latin1')).words).not.toContain('It ')
})
