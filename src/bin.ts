#!/usr/bin/env node
// Whatever Node runs this can at least say that it is too old; everything else is imported afterwards.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`ripline needs Node 22.18 or newer, and this is ${process.versions.node}\n`)
  process.exit(2)
}
// A signal ends the program also while it is still being read: a container's first process would never see it
// otherwise. The handlers stay, since one that is taken away takes along a signal that has just come.
let stop = (): void => process.exit(0)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop())
const { beginThrifty } = await import('./process/memory.ts')
beginThrifty()
const { main } = await import('./main.ts')
await main((close) => {
  stop = close
})
