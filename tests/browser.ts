import { execFile } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

/** A Chromium and how to start it; `from` says in words where it comes from. */
export interface Found {
  executablePath: string
  args: string[]
  env: Record<string, string>
  from: string
}

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')

/** Runs as root and in containers, and asks nothing of the network but the page under test. */
const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-sync'],
  ...['--no-first-run', '--disable-background-networking', '--disable-component-update'],
]

/** Launches a headless Chromium for the tests; rejects with one line if none can be had. */
export async function launchBrowser(): Promise<Browser> {
  return (await firstThatStarts()).browser
}

/** The Chromium that `launchBrowser` would start, proven by starting it once. */
export async function findChromium(): Promise<Found> {
  const { browser, ...found } = await firstThatStarts()
  await browser.close()
  return found
}

async function firstThatStarts(): Promise<Found & { browser: Browser }> {
  const failures: string[] = []
  for (const [from, find] of candidates()) {
    try {
      const { executablePath, env } = await find()
      if (!existsSync(executablePath)) throw new Error(`there is no ${executablePath}`)
      const options = { executablePath, args, env: { ...process.env, ...env } }
      const browser = await chromium.launch(options)
      try {
        await (await browser.newPage()).close() // its renderer works, too
      } catch (error) {
        await browser.close()
        throw error
      }
      return { executablePath, args, env, from, browser }
    } catch (error) {
      failures.push(`${from}: ${reason(error)}`)
    }
  }
  throw new Error(
    'No Chromium for the browser tests. Install one (Debian: apt-get install chromium; elsewhere ' +
      'Google Chrome, or npx playwright-core install --with-deps chromium) or set ' +
      `RIPLINE_TEST_CHROMIUM to its path. Tried ${failures.join('; ')}`,
  )
}

type Place = Pick<Found, 'executablePath' | 'env'>
type Find = () => Place | Promise<Place>

/**
 * What to try, in order: the Chromium that RIPLINE_TEST_CHROMIUM names (a path, or `packaged`) and
 * then no other; else those installed; else the one in the npm package; else Debian's, installed now.
 */
function* candidates(): Generator<[from: string, find: Find]> {
  const wanted = process.env.RIPLINE_TEST_CHROMIUM
  if (wanted === 'packaged') return yield ['@sparticuz/chromium', unpacked]
  if (wanted) return yield ['RIPLINE_TEST_CHROMIUM', () => at(wanted)]
  for (const path of installed()) yield [path, () => at(path)]
  yield ['@sparticuz/chromium', unpacked]
  const release = '/etc/os-release'
  const debian = existsSync(release) && /^ID=debian$/m.test(readFileSync(release, 'utf8'))
  if (debian && process.getuid?.() === 0) yield ['apt-get install chromium', fromDebian]
}

const at = (executablePath: string): Place => ({ executablePath, env: {} })

/** Browsers on the PATH, on a Mac among the applications, or downloaded by Playwright. */
function installed(): Set<string> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  for (const app of ['Google Chrome', 'Chromium']) names.push(`${app}.app/Contents/MacOS/${app}`)
  folders.push('/Applications', join(homedir(), 'Applications'))
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  paths.push(chromium.executablePath())
  const files = paths.filter((path) => existsSync(path)).map((path) => realpathSync(path))
  return new Set(files.filter(usable))
}

/** A program, but not Ubuntu's snap nor the script before it: a snap sees no profile under /tmp. */
function usable(path: string): boolean {
  const file = statSync(path)
  if (!file.isFile() || path.endsWith('/snap')) return false
  return file.size > 65_536 || !readFileSync(path, 'latin1').includes('/snap/bin/')
}

/**
 * The Chromium inside @sparticuz/chromium, which ships the shared libraries and a font for a bare
 * AWS Lambda, so also for a machine that has none. Unpacked once, into node_modules/.cache, and
 * renamed into place: two workers may do so at once, and neither sees the other's half-done.
 */
async function unpacked(): Promise<Place> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`is for Linux on x64, and this is ${process.platform} on ${process.arch}`)
  const manifest = readFileSync(join(modules, '@sparticuz/chromium/package.json'), 'utf8')
  const home = join(modules, '.cache', `ripline-chromium-${JSON.parse(manifest).version}`)
  if (!existsSync(home)) await unpackTo(home)
  const libraries = [join(home, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean)
  return {
    executablePath: join(home, 'chromium'),
    env: {
      LD_LIBRARY_PATH: libraries.join(':'),
      FONTCONFIG_FILE: join(home, 'fonts.conf'),
    },
  }
}

/** Its fonts by a path relative to this file, so that the folder can be moved, and the machine's. */
const fontsConf = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><dir>/usr/share/fonts</dir>
<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`

async function unpackTo(home: string): Promise<void> {
  await mkdir(dirname(home), { recursive: true })
  const part = await mkdtemp(`${home}.part-`)
  try {
    // It unpacks into TMPDIR, and its libraries only where it takes itself to be inside a Lambda.
    const script = "await (await import('@sparticuz/chromium')).default.executablePath()"
    const env = { ...process.env, TMPDIR: part, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' }
    await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env })
    await writeFile(join(part, 'fonts.conf'), fontsConf)
    for (const path of [part, join(part, 'chromium')]) await chmod(path, 0o755)
    await rename(part, home).catch((error) => {
      if (!existsSync(home)) throw error // else another worker was first
    })
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

/** The last resort, for root on Debian: one worker installs its package, another waits for it. */
async function fromDebian(): Promise<Place> {
  console.warn('No Chromium starts: installing one with apt-get install chromium')
  const get = 'apt-get update && apt-get install -y --no-install-recommends chromium'
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 1e8 }
  const lock = join(tmpdir(), 'ripline-apt.lock')
  await run('flock', [lock, 'sh', '-c', `test -x /usr/bin/chromium || { ${get}; }`], options)
  return at('/usr/bin/chromium')
}

/** The line of an error that names the cause. */
function reason(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split('\n')
  const cause = lines.find((line) => /error while loading|FATAL|^E: |^Error: /.test(line))
  return (cause ?? lines[0]!).trim()
}
