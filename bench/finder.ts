import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import { openCorpus } from '../src/corpus/corpus.ts'
import { defaultLimits } from '../src/limits.ts'
import { findFiles } from '../src/search/find-files.ts'
import { termsOf } from '../src/search/find-terms.ts'
import { median, rounded } from './statistics.ts'

/**
 * How long the finder takes for each letter that is typed, in processor time and by the clock, and how long it holds up
 * the event loop meanwhile:
 * `node bench/finder.ts DIR [TEXT…]`.
 */
const [directory = '.', ...texts] = process.argv.slice(2)
const typed = texts.length > 0 ? texts : ['slot.c', 'usb core hub', 'drivers/gpu/drm/i915', 'eeeee']
const rounds = 7

const corpus = openCorpus({
  roots: [{ directory, name: undefined }],
  hidden: false,
  rgPath,
  maxFileBytes: defaultLimits.fileBytes,
  rescanMs: 0,
})
const catalog = await corpus.complete
await corpus.close()
const { signal } = new AbortController()
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
await sleep(20)

const ask = async (text: string) => {
  await sleep(2)
  delay.reset()
  const began = performance.now()
  const used = process.cpuUsage()
  const found = await findFiles(
    catalog,
    { terms: termsOf(text), repositories: catalog.repositories, limit: 50 },
    signal,
  )
  const tookMs = performance.now() - began
  const cpuMs = process.cpuUsage(used).user / 1e3
  await sleep(2)
  return { found: found!, tookMs, cpuMs, heldMs: delay.max / 1e6 }
}

const first = await ask('')
console.log(
  `${catalog.columns.count} files; prepared in ${rounded(first.cpuMs, 1)} ms of processor time, held ${rounded(first.heldMs, 1)} ms`,
)
for (const whole of typed) {
  for (let length = 1; length <= whole.length; length++) {
    const text = whole.slice(0, length)
    const answers: Awaited<ReturnType<typeof ask>>[] = []
    for (let round = 0; round < rounds; round++) answers.push(await ask(text))
    const { matching, files } = answers[0]!.found
    const best = files[0]
    const cpu = rounded(median(answers.map(({ cpuMs }) => cpuMs)), 1)
    const took = rounded(median(answers.map(({ tookMs }) => tookMs)), 1)
    const held = rounded(Math.max(...answers.map(({ heldMs }) => heldMs)), 1)
    console.log(
      `${text.padEnd(24)} ${`${cpu}`.padStart(6)} ms, ${`${took}`.padStart(6)} by the clock, held ${`${held}`.padStart(5)} ms, ${matching} fit, best at ${best?.index ?? -1}`,
    )
  }
}
