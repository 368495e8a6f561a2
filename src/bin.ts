#!/usr/bin/env node
// Whatever Node runs this can at least say that it is too old; everything else is imported afterwards.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`ripline needs Node 22.18 or newer, and this is ${process.versions.node}\n`)
  process.exit(2)
}
// A signal that comes while the program is still being read ends it as well: a container's first process would
// otherwise never see it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
const { main } = await import('./main.ts')
await main()
