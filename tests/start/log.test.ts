import { describe, expect, it } from 'vitest'
import { until } from '../support/processes.ts'
import { makeTree } from '../support/tree.ts'
import { start } from './program.ts'

const args = ['--port', '0', '--no-index', '--log', 'requests']
const tree = () => makeTree({ 'a.txt': 'needle\n' })

/** So many requests, on few connections; all are answered. */
async function ask(url: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 50) {
    const all = await Promise.all(Array.from({ length: 50 }, () => fetch(`${url}healthz`)))
    for (const answer of all) expect(await answer.text()).toBe('ok\n')
  }
}

describe('standard error', () => {
  it('has one JSON line for each request and each warning', async () => {
    const program = start([...args, makeTree().root])
    const url = await program.url
    await ask(url, 50)
    program.process.kill('SIGTERM')
    const { stderr } = await program.ended
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.filter(({ msg }) => msg === 'request')).toHaveLength(50)
    expect(lines).toContainEqual({
      ...{ level: 'warn', msg: 'there is no file to search' },
      time: expect.any(String),
    })
  })

  it('that nobody reads holds nothing up, and what is missing in it is said', {
    timeout: 120_000,
  }, async () => {
    const program = start([...args, tree().root])
    const { stderr } = program.process
    const url = await program.url
    stderr!.pause()
    const count = 4_000
    await ask(url, count)
    let read = 0
    stderr!.on('data', (chunk) => {
      read += chunk.length
    })
    stderr!.resume()
    // What was held for the reader, and then there is room again.
    await until(() => read > 262_144, 60_000)
    await ask(url, 50)
    program.process.kill('SIGTERM')
    const lines = (await program.ended).stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const missing = lines.flatMap(({ msg }) => /^(\d+) lines are missing here/.exec(msg)?.[1] ?? [])
    expect(missing.length).toBeGreaterThan(0)
    const told = lines.filter(({ msg }) => msg === 'request').length
    expect(told + missing.reduce((sum, n) => sum + Number(n), 0)).toBe(count + 50)
  })

  it('that is closed does not end the server', async () => {
    const program = start([...args, tree().root])
    const url = await program.url
    program.process.stderr!.destroy()
    await ask(url, 200)
    expect(await (await fetch(`${url}api/search?q=needle`)).text()).toContain('"end":"complete"')
    expect(program.process.exitCode).toBeNull()
    program.process.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
  })
})
