import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startChild } from '../../src/process/child.ts'

const hasBounds = existsSync('/usr/bin/setpriv') && existsSync('/usr/bin/prlimit')
const bounds = { memoryBytes: 1 << 28, cpuSeconds: 1 }

async function end(script: string) {
  const child = startChild('/bin/sh', ['-c', script], { cwd: '/', bounds })
  let output = ''
  for await (const chunk of child.stdout) output += String(chunk)
  return { output, ...(await child.ended) }
}

describe('a bounded command', () => {
  it('runs as it would without bounds', async () => {
    expect(await end('echo out; exit 3')).toMatchObject({
      output: 'out\n',
      kind: 'exited',
      code: 3,
    })
  })

  it.skipIf(!hasBounds)('is one process, so that a kill finds it', async () => {
    const child = startChild('/bin/sh', ['-c', 'echo $$; exec sleep 60'], { cwd: '/', bounds })
    const [pid] = (await child.stdout.take(1).toArray()) as Buffer[]
    child.kill()
    await child.ended
    expect(existsSync(`/proc/${pid!.toString().trim()}`)).toBe(false)
  })

  it.skipIf(!hasBounds)('has so much memory and time, and no more', async () => {
    expect(
      await end('/usr/bin/head -c 600000000 /dev/zero | /usr/bin/tail -c 500000000 | wc -c'),
    ).toMatchObject({ output: expect.not.stringContaining('500000000') })
    expect(await end('while :; do :; done')).toMatchObject({ kind: 'killed', ours: false })
  })
})
