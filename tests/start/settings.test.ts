import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Config, readCommand } from '../../src/config.ts'
import { defaultLimits, limitTable } from '../../src/limits.ts'
import { settings } from '../../src/settings.ts'
import { makeTree } from '../support/tree.ts'

function configOf(args: readonly string[], env: NodeJS.ProcessEnv = {}): Config {
  const command = readCommand(args, env)
  if (command.kind !== 'serve') throw new Error(command.kind)
  return command.config
}

/** A settings file with that in it. */
const file = (toml: string) => makeTree({ 'settings.toml': toml }).at('settings.toml').toString()

describe('a setting', () => {
  it('has its default where nobody sets it', () => {
    const config = configOf([])
    const slots = availableParallelism()
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      basePath: '/',
      hidden: false,
      rescanMs: 30_000,
      limits: { ...defaultLimits, slots, queue: 8 * slots },
      isDemo: true,
    })
    expect(config.rgPath).toMatch(/rg$/)
    expect(configOf([makeTree().root]).isDemo).toBe(false)
  })

  it('is taken from an option before a variable before PORT before a file', () => {
    const config = ['--config', file('port = 4\n')]
    const portOf = (...given: Parameters<typeof configOf>) => configOf(...given).port
    const RIPLINE_PORT = '2'
    const PORT = '3'
    expect(portOf(config)).toBe(4)
    expect(portOf(config, { PORT })).toBe(3)
    expect(portOf(config, { PORT, RIPLINE_PORT })).toBe(2)
    expect(portOf([...config, '--port', '1'], { PORT, RIPLINE_PORT })).toBe(1)
    expect(portOf([], { PORT })).toBe(3)
    // PORT is about the port alone
    expect(configOf([], { PORT, HOST: '0.0.0.0', MAX_LINES: '1' })).toMatchObject({
      host: '127.0.0.1',
      limits: { lines: defaultLimits.lines },
    })
  })

  it('that is set to nothing in the environment is not set there', () => {
    const config = ['--config', file('port = 4\n')]
    expect(configOf(config, { PORT: '', RIPLINE_PORT: '' }).port).toBe(4)
    expect(configOf([], { PORT: '3', RIPLINE_PORT: '' }).port).toBe(3)
    expect(configOf([], { RIPLINE_CONFIG: '', RIPLINE_HIDDEN: '' }).hidden).toBe(false)
  })

  it.each([
    'true',
    '1',
    '*',
    '192.0.2',
    '192.0.2.1/33',
    '::/129',
    '::1/',
    'proxy.local',
    '::1,,::2',
  ])('of proxies to be believed takes addresses and networks, and not %s', (proxies) => {
    expect(() => configOf([`--trust-proxy=${proxies}`])).toThrow(
      'trust-proxy takes addresses and networks, and not',
    )
  })

  it('of names takes names and addresses, and nothing else', () => {
    const hostsOf = (...args: string[]) => configOf(args).hosts
    expect(hostsOf('--hosts', 'Code.example.com, 10.0.0.1,2001:DB8::1,[::2]')).toEqual([
      ...['code.example.com', '10.0.0.1', '[2001:db8::1]', '[::2]'],
    ])
    for (const bad of ['a:80', 'http://a', 'a/b', '*', '*.a', ',', 'a,', 'a b']) {
      expect(() => hostsOf('--hosts', bad)).toThrow('hosts takes names and addresses')
    }
    // By itself it is this machine alone that is believed, unless others are let in, or a proxy tells them apart.
    expect(hostsOf()).toEqual([])
    expect(hostsOf('--host', '::1')).toEqual([])
    expect(hostsOf('--host', '0.0.0.0', '--public')).toBeUndefined()
    expect(hostsOf('--trust-proxy', '127.0.0.1')).toBeUndefined()
    expect(hostsOf('--trust-proxy', '127.0.0.1', '--hosts', 'a')).toEqual(['a'])
    expect(() => configOf(['--log', 'all'])).toThrow(
      'log takes off, requests, queries, and not all',
    )
  })

  it('may come from a file that a variable names', () => {
    const RIPLINE_CONFIG = file('hidden = true\nmax-seconds = 2.5\nhost = "localhost"\n')
    expect(configOf([], { RIPLINE_CONFIG })).toMatchObject({
      hidden: true,
      host: 'localhost',
      limits: { seconds: 2.5 },
    })
  })

  it.each(
    settings.filter(({ name }) => name !== 'config').map((setting) => [setting.name, setting]),
  )(
    '--%s has one name in three places, and one meaning',
    (name, { kind, default: byDefault, floor = 0 }) => {
      const value =
        kind === 'flag' ? !byDefault : kind === 'number' ? floor + 1 : anotherValueOf(name)
      const variable = `RIPLINE_${name.toUpperCase().replaceAll('-', '_')}`
      const also = name === 'host' ? ['--public'] : []
      const three = [
        configOf([
          ...also,
          ...(kind === 'flag' ? [`--${value ? '' : 'no-'}${name}`] : [`--${name}`, `${value}`]),
        ]),
        configOf(also, { [variable]: `${value}` }),
        configOf([...also, '--config', file(`${name} = ${JSON.stringify(value)}\n`)]),
      ]
      expect(three[1]).toEqual(three[0])
      expect(three[2]).toEqual(three[0])
      if (name !== 'public') expect(three[0]).not.toEqual(configOf(also))
    },
  )

  it.each(Object.values(limitTable))('$name is bounded on both sides', (limit) => {
    const set = (value: number) => configOf([`--${limit.name}`, `${value}`]).limits
    expect(() => set(limit.floor)).not.toThrow()
    expect(() => set(limit.ceiling)).not.toThrow()
    expect(() => set(limit.ceiling + 1)).toThrow(limit.name)
    if (limit.floor > 0) expect(() => set(limit.floor / 2)).toThrow(limit.name)
    if (limit.unit !== 'seconds') expect(() => set(limit.floor + 0.5)).toThrow('whole')
  })

  it('that is a flag takes true and false, 1 and 0, and can be taken back', () => {
    for (const [text, hidden] of [
      ['1', true],
      ['true', true],
      ['0', false],
      ['false', false],
    ] as const) {
      expect(configOf([], { RIPLINE_HIDDEN: text }).hidden).toBe(hidden)
    }
    expect(configOf(['--no-hidden'], { RIPLINE_HIDDEN: '1' }).hidden).toBe(false)
    for (const text of ['yes', 'TRUE', '2', 'on']) {
      expect(() => configOf([], { RIPLINE_HIDDEN: text })).toThrow(`hidden does not take ${text}`)
    }
  })

  it('that is a path of URLs is brought into one form', () => {
    const basePath = (given: string) => configOf(['--base-path', given]).basePath
    for (const given of ['code', '/code', 'code/', '/code/', '//code//']) {
      expect(basePath(given)).toBe('/code/')
    }
    expect(basePath('/a/b~c_d.e-f/')).toBe('/a/b~c_d.e-f/')
    for (const given of ['', '/', '//']) expect(basePath(given)).toBe('/')
    for (const given of ['/a b', '/é', '/a?b', '/a#b', '/%41', 'http://x/y']) {
      expect(() => basePath(given)).toThrow('base-path')
    }
  })
})

describe('a directory', () => {
  const { root, at } = makeTree({ 'a/x': '', 'b=c/x': '', 'c/x': '', file: '' })

  it('is kept as it was given, in full', () => {
    expect(configOf([root, `n=${at('a')}`, `${at('b=c')}`]).roots).toEqual([
      { directory: root, name: undefined },
      { directory: join(root, 'a'), name: 'n' },
      { directory: join(root, 'b=c'), name: undefined },
    ])
    const before = process.cwd()
    process.chdir(root)
    try {
      expect(configOf(['.', 'a/', 'n=./c']).roots.map(({ directory }) => directory)).toEqual([
        root,
        join(root, 'a'),
        join(root, 'c'),
      ])
    } finally {
      process.chdir(before)
    }
  })

  it('stands in for the demo corpus if the corpus setting names one', () => {
    expect(configOf(['--corpus', root])).toMatchObject({
      roots: [{ directory: root, name: undefined }],
      isDemo: false,
      missingCorpus: undefined,
    })
    expect(configOf(['--corpus', join(root, 'gone')])).toMatchObject({
      isDemo: true,
      missingCorpus: join(root, 'gone'),
    })
    expect(configOf(['--corpus', join(root, 'a'), root]).roots).toHaveLength(1)
  })
})

/** A value that a text setting takes and that is not its default. */
function anotherValueOf(name: string): string {
  return {
    host: '0.0.0.0',
    'base-path': '/code/',
    rg: '/bin/rg',
    git: '/bin/git',
    corpus: '/',
    cache: '/tmp',
    encodings: 'a=koi8-r',
    'trust-proxy': '192.0.2.1,2001:db8::/32',
    hosts: 'code.example.com',
    log: 'requests',
    'code-hosts': 'a=gitlab,b=https://x.example/{path}?a,b#{line}',
    editor: 'vscode://file{path}:{line}',
  }[name]!
}
