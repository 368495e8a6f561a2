import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/** A layer may import itself and what stands to its right; DESIGN.md draws them. */
const layers = [
  ['bin', 'main'],
  ['http'],
  ['search'],
  ['index'],
  ['corpus'],
  ['ripgrep', 'git', 'highlight', 'markdown', 'outline', 'drift'],
  ['process'],
  ['query'],
  ['config', 'settings', 'limits', 'failure', 'bell', 'charset', 'code-host', 'log'],
]

const layerOf = (file: string): number => {
  const top = file.split('/')[1]!.replace(/\.ts$/, '')
  const layer = layers.findIndex((names) => names.includes(top))
  if (layer === -1) throw new Error(`${file} is in no layer`)
  return layer
}

const files = globSync('src/**/*.ts').map((file) => file.replaceAll('\\', '/'))
const importsOf = (file: string) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(import type|import|export)\b[^'"]*?(?:from )?['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm,
    ),
  ].map(([, how, from, dynamic]) => ({ how, from: from ?? dynamic! }))

describe('the layers', () => {
  it.each(files)('%s imports only from its own layer and those to its right', (file) => {
    const backwards = importsOf(file)
      .filter(({ from, how }) => from.startsWith('.') && how !== 'import type')
      .map(({ from }) => posix.join(posix.dirname(file), from))
      .filter((target) => target.startsWith('src/') && layerOf(target) < layerOf(file))
    expect(backwards).toEqual([])
  })

  it.each([
    ['node:child_process', /^src\/process\/(child|room)\.ts$/],
    [
      'node:fs',
      /^src\/(corpus\/|index\/|git\/directory|process\/(ahead|bounds|fifo|room)|config|main|http\/(assets|raw))/,
    ],
    ['fastify', /^src\/http\//],
    ['@vscode/ripgrep', /^src\/config\.ts$/],
    ['markdown-it', /^src\/markdown\/render\.ts$/],
  ])('only the right files import %s', (name, allowed) => {
    const importing = files.filter((file) => importsOf(file).some(({ from }) => from === name))
    expect(importing.length).toBeGreaterThan(0)
    expect(importing.filter((file) => !allowed.test(file))).toEqual([])
  })

  it('only main reads the environment and hands it to config', () => {
    const readers = files.filter((file) => /process\.(env|argv)\b/.test(readFileSync(file, 'utf8')))
    expect(readers).toEqual(['src/main.ts'])
  })

  it('has no drawer', () => {
    expect(files.filter((file) => /\/(utils?|helpers?|common|index)\.ts$/.test(file))).toEqual([])
  })
})
