import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import { describe, expect, it } from 'vitest'
import { fakeRg } from '../http/fake-rg.ts'
import { descendants, until } from '../support/processes.ts'
import {
  ask,
  expectWell,
  leftOf,
  smallCorpus,
  startServed,
  whileAlive,
  wordsOf,
} from './survived.ts'

const works = `exec '${rgPath}' "$@"`

/** What is started ahead of searches ends at once, and does not wait: so that every search is this program's. */
const notAhead = '[ "$RIPGREP_CONFIG_PATH" ] && exit 1'

/** Whether a process is there, and not one that only waits for its parent to notice its end. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('faults', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('server ends by %s', async (signal) => {
    const tree = smallCorpus()
    const hangs = 'case "$*" in *--json*|*--null-data*) exec sleep 1000;; esac'
    const rg = fakeRg(`${notAhead}; ${hangs}; real "$@"`)
    const args = ['--rg', rg.path, '--max-seconds', '300', '--max-processes', '4']
    const server = await startServed(tree, args)
    const asked = ask(server).catch(() => undefined)
    // What is asked of paths, and of files, is not started in the same way.
    const filtering = server.get('api/search?q=needle&path=/a/').catch(() => undefined)
    const isHanging = (flag: string) => rg.starts().some((line) => line.includes(flag))
    await whileAlive(server, () =>
      until(() => isHanging('--json') && isHanging('--null-data'), 20_000),
    )
    const pids = descendants(server.pid).map(({ pid }) => pid)
    server.program.process.kill(signal)
    const { code, stderr } = await server.program.ended
    const alive = () => pids.filter(isAlive).map((pid) => wordsOf(pid).join(' '))
    await expect.poll(alive, { timeout: 10_000 }).toEqual([])
    if (signal === 'SIGTERM') {
      expect([code, stderr]).toEqual([0, ''])
      expect(await asked).toMatchObject({ end: 'stopped', stoppedBy: 'shutdown' })
    }
    await filtering
    rg.become(works)
    await expectWell(await startServed(tree, ['--rg', rg.path]))
  })

  it('stdout closed (EPIPE on the log)', async () => {
    const server = await startServed(smallCorpus(), ['--log', 'requests'])
    server.program.process.stdout!.destroy()
    server.program.process.stderr!.destroy()
    await whileAlive(server, async () => {
      for (let i = 0; i < 50; i++) await server.get('nowhere')
    })
    await expectWell(server)
    server.program.process.kill('SIGTERM')
    expect((await server.program.ended).code).toBe(0)
  })

  it('rg replaced by one that crashes, and put back', async () => {
    const rg = fakeRg(works)
    const server = await startServed(smallCorpus(), ['--rg', rg.path])
    await expectWell(server)
    rg.become('kill -SEGV $$')
    await whileAlive(server, async () => {
      // Some that work may wait still.
      await expect
        .poll(() => ask(server), { timeout: 20_000 })
        .toMatchObject({ status: 200, end: 'incomplete', stoppedBy: 'crash' })
      const before = rg.starts().length
      await sleep(1_500)
      // It is not tried again and again.
      expect(rg.starts().length - before).toBeLessThan(10)
    })
    rg.become(works)
    await expectWell(server)
  })

  it('rg replaced by one that hangs, and put back', { timeout: 60_000 }, async () => {
    const rg = fakeRg(works)
    // How long a listing is waited for is another matter, and longer.
    const args = ['--rg', rg.path, '--max-seconds', '2', '--rescan-seconds', '0']
    const server = await startServed(smallCorpus(), args)
    await expectWell(server)
    rg.become('exec sleep 1000')
    await whileAlive(server, async () => {
      await expect
        .poll(() => ask(server), { timeout: 30_000 })
        .toMatchObject({ status: 200, end: 'stopped', stoppedBy: 'time' })
    })
    rg.become(works)
    // Those that should wait to be needed, and hang, are found out by the next searches.
    await expect
      .poll(async () => [await ask(server), leftOf(server.pid)], { timeout: 30_000 })
      .toMatchObject([{ end: 'complete' }, []])
    await expectWell(server)
  })
})
