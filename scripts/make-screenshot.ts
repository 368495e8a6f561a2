// Draws docs/results.png: a search in the demo corpus, as a browser shows it.

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launchBrowser } from '../tests/browser.ts'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const server = spawn(process.execPath, [path('src/bin.ts'), '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await launchBrowser()
try {
  const [said] = (await server.stdout.take(1).toArray()) as [Buffer]
  const address = /http:\S+/.exec(said.toString())![0]
  const page = await browser.newPage({
    viewport: { width: 1100, height: 720 },
    deviceScaleFactor: 1.5,
  })
  await page.goto(`${address}search?q=${encodeURIComponent(String.raw`\bretry\w*\(`)}&regex=1`)
  mkdirSync(path('docs'), { recursive: true })
  await page.screenshot({ path: path('docs/results.png') })
} finally {
  await browser.close()
  server.kill()
}
