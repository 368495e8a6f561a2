import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeTree, type Tree } from '../support/tree.ts'
import { bin } from './program.ts'

/** The program as it is published, before a main that says what came of it. */
function published(): Tree {
  const built = (file: string) =>
    stripTypeScriptTypes(readFileSync(join(bin, '..', file), 'utf8')).replaceAll(".ts'", ".js'")
  return makeTree({
    'package.json': '{ "type": "module" }',
    'dist/bin.js': built('bin.ts'),
    'dist/process/memory.js': built('process/memory.ts'),
    'dist/main.js': "export const main = () => console.log('started')",
    'pretend.cjs': `Object.defineProperty(process, 'versions', {
      value: { ...process.versions, node: process.env.PRETEND },
    })`,
  })
}

const refusal = (version: string) => ({
  status: 2,
  stdout: '',
  stderr: `ripline needs Node 22.18 or newer, and this is ${version}\n`,
})

/** Every other Node of this machine that is too old. */
const oldNodes = ['/usr/bin', '/usr/local/bin', ...(process.env.PATH ?? '').split(':')]
  .map((directory) => join(directory, 'node'))
  .filter((node, index, all) => all.indexOf(node) === index && existsSync(node))
  .map((node) => ({ node, version: spawnSync(node, ['--print', 'process.versions.node']) }))
  .map(({ node, version }) => ({ node, version: version.stdout.toString().trim() }))
  .filter(({ version }) => Number(version.split('.')[0]) < 22)

describe('a Node that is too old', () => {
  const tree = published()
  const runs = (node: string, args: readonly string[], env: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync(node, [...args, `${tree.at('dist/bin.js')}`], {
      encoding: 'utf8',
      env,
    })
    return { status, stdout, stderr }
  }

  it.each(['0.12.18', '8.17.0', '18.20.8', '20.20.2', '21.7.3', '22.0.0', '22.9.0', '22.17.1'])(
    '%s, is refused with one line',
    (version) => {
      const pretend = ['--require', `${tree.at('pretend.cjs')}`]
      expect(runs(process.execPath, pretend, { PRETEND: version })).toEqual(refusal(version))
    },
  )

  it.each(['22.18.0', '22.20.0', '24.0.0', '24.21.0', '26.1.0', '100.0.0'])(
    '%s, is none',
    (version) => {
      const pretend = ['--require', `${tree.at('pretend.cjs')}`]
      expect(runs(process.execPath, pretend, { PRETEND: version })).toMatchObject({
        status: 0,
        stdout: 'started\n',
      })
    },
  )

  it(`refuses by itself, where this machine has one: ${oldNodes.map(({ version }) => version).join(', ') || 'it has none'}`, () => {
    for (const { node, version } of oldNodes) expect(runs(node, [])).toEqual(refusal(version))
  })
})
