import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { withSettings } from '../scripts/make-readme.ts'
import { readCommand } from '../src/config.ts'
import { settings } from '../src/settings.ts'
import { startServer } from './support/server.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (name: string) => readFileSync(`${root}${name}`, 'utf8')
const readme = read('README.md')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block!)
const commands = blocks
  .flatMap((block) => block.trim().split('\n'))
  .flatMap((line) => line.split(' && '))

describe('the README', () => {
  it('lists every setting with its default', () => {
    expect(readme).toBe(withSettings(readme))
    expect(settings.length).toBeGreaterThan(15)
  })

  it('shows commands that exist', () => {
    const known = /^(npm ci|npm test|npm start( -- .*)?|docker (build|run) .*|curl .*)$/
    expect(commands.filter((command) => !known.test(command))).toEqual([])
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'check']))
  })

  it.each([...readme.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name!))(
    'names the script %s, which exists',
    (name) => expect(scripts).toHaveProperty(name),
  )

  it.each(commands.filter((command) => command.startsWith('npm start -- ')))(
    'shows a command line that is understood: %s',
    (command) => {
      const args = command
        .slice('npm start -- '.length)
        .split(' ')
        .map((word) => word.replace(/(^|=)(~|\/usr)\/\S+$/, `$1${root}`))
      // The example names two directories; here both are the same, and are told apart by name.
      const named = args.map((word, i) => (word === root ? `example${i}=${word}` : word))
      expect(readCommand(named, {}).kind).toBe(named[0] === 'index' ? 'index' : 'serve')
    },
  )

  it('shows addresses that answer', async () => {
    const server = await startServer({ ...demo })
    const addresses = [
      ...readme.matchAll(/`(\/(?:search|healthz)[^`]*)`|127\.0\.0\.1:8080(\/api[^']*)'/g),
    ]
    expect(addresses.length).toBeGreaterThanOrEqual(3)
    for (const [, page, api] of addresses) {
      const answer = await server.get((page ?? api!).slice(1))
      expect([page ?? api, answer.status]).toEqual([page ?? api, 200])
      await answer.text()
    }
  })

  it.each([...readme.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path]) => path!))(
    'leads to %s, which is there',
    (path) => expect(existsSync(`${root}${path}`)).toBe(true),
  )
})

describe('the design page', () => {
  it('gives a reason for every dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const design = read('DESIGN.md')
    const unsaid = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !design.includes(`\`${name}\``),
    )
    expect(unsaid).toEqual([])
  })
})

describe('what CI runs', () => {
  it('is exactly the test command of the README', () => {
    expect(readme).toContain('```sh\nnpm ci && npm test\n```')
    expect(read('.ci/run').trim().split('\n').at(-1)).toBe('npm ci && npm test')
  })
})

const demo = {
  root: `${root}corpus`,
} as Parameters<typeof startServer>[0]
