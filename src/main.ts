import { accessSync, constants, readFileSync } from 'node:fs'
import { ConfigError } from './config/error.ts'
import { variableOf } from './config/given.ts'
import { type Config, readCommand } from './config.ts'
import { openCorpus } from './corpus/corpus.ts'
import { openIndex } from './index/keeper.ts'
import { openLog } from './log.ts'
import { startChild } from './process/child.ts'
import { keepHeapSmall } from './process/memory.ts'
import { createSlots } from './process/slots.ts'
import { openLauncher } from './search/launcher.ts'
import { settings } from './settings.ts'

/** Takes what is to be done when a signal comes: from when the server listens, it takes its leave of its readers. */
type OnListening = (close: () => void) => void

/** The program: arguments → config → corpus → app → listen. */
export async function main(onListening: OnListening): Promise<void> {
  // Whoever stops reading what is printed here does not stop the server.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  try {
    const command = readCommand(process.argv.slice(2), process.env)
    if (command.kind === 'help') process.stdout.write(help())
    else if (command.kind === 'version') process.stdout.write(`ripline ${version}\n`)
    else if (command.kind === 'index') await buildIndex(command.config)
    else await serve(command.config, onListening)
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message, 2)
    throw error
  }
}

const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version

/** For who starts it. */
const plain = openLog('off')

function fail(message: string, code: number): never {
  plain.tell('error', message)
  process.exit(code)
}

async function serve(config: Config, onListening: OnListening): Promise<void> {
  const log = openLog(config.log)
  const warn = (message: string) => log.tell('warn', message)
  keepHeapSmall()
  for (const { directory } of config.roots) {
    try {
      accessSync(directory, constants.R_OK | constants.X_OK)
    } catch {
      throw new ConfigError(`${directory} cannot be read`)
    }
  }
  // First of all: the corpus is listed while the web side, which takes longest to load, is being loaded.
  const corpus = openCorpus({
    roots: config.roots,
    hidden: config.hidden,
    rgPath: config.rgPath,
    maxFileBytes: config.limits.fileBytes,
    rescanMs: config.rescanMs,
    warn,
  })
  const ripgrep = await ripgrepVersion(config.rgPath)
  if (config.missingCorpus !== undefined)
    warn(`${config.missingCorpus} does not exist: serving the demo corpus`)
  if (config.hidden && !(await hasGit())) {
    warn('hidden needs git to tell which dot files a checkout tracks: without git they stay out')
  }
  const index = config.indexDirectory
    ? openIndex({
        corpus,
        directory: config.indexDirectory,
        maxFileBytes: config.limits.fileBytes,
        warn,
      })
    : undefined
  const slots = createSlots({
    count: config.limits.slots,
    queue: config.limits.queue,
    waitMs: config.limits.waitSeconds * 1_000,
  })
  const launcher = openLauncher(config.rgPath, config.limits)
  const { buildApp } = await import('./http/app.ts')
  const app = await buildApp({
    config,
    corpus,
    index,
    slots,
    launcher,
    version,
    ripgrep,
  })
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on: ${code}`
    fail(`port ${config.port} on ${config.host} ${reason}`, 1)
  }
  const { port } = app.server.address() as { port: number }
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  process.stdout.write(`ripline ${version} on http://${host}:${port}${config.basePath}\n`)

  onListening(() => void app.close().finally(() => process.exit(0)))
  corpus.listed.then(
    ({ columns, repositories }) => {
      for (const name of config.encodings.keys()) {
        if (!repositories.some((repository) => repository.name === name))
          warn(`encodings names ${name}, and there is no such repository`)
      }
      if (columns.count === 0) warn('there is no file to search')
    },
    (error: Error) => fail(error.message, error.message.includes('NAME=DIR') ? 2 : 1),
  )
}

/** Brings the index up to date and ends: for a corpus that is baked into an image. */
async function buildIndex(config: Config): Promise<void> {
  const warn = (message: string) => plain.tell('warn', message)
  const corpus = openCorpus({
    roots: config.roots,
    hidden: config.hidden,
    rgPath: config.rgPath,
    maxFileBytes: config.limits.fileBytes,
    rescanMs: 0,
    warn,
  })
  const index = openIndex({
    corpus,
    directory: config.indexDirectory!,
    maxFileBytes: config.limits.fileBytes,
  })
  const began = performance.now()
  const telling = setInterval(() => {
    const { building } = index.status
    // For people: a log wants no line that is written over.
    if (building && process.stderr.isTTY)
      process.stderr.write(`\r${building.done} of ${building.of} files`)
  }, 250)
  await index.ready.catch((error: Error) => fail(error.message, 1))
  clearInterval(telling)
  if (process.stderr.isTTY) process.stderr.write('\r')
  const { trouble, documents, bytes } = index.status
  await Promise.all([corpus.close(), index.close()])
  if (trouble) fail(trouble, 1)
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const megabytes = (bytes / 1e6).toFixed(1)
  process.stdout.write(
    `${documents} documents, ${megabytes} MB in ${config.indexDirectory}, ${seconds} s\n`,
  )
}

async function hasGit(): Promise<boolean> {
  const child = startChild('git', ['--version'], { cwd: '/', signal: AbortSignal.timeout(10_000) })
  child.stdout.resume()
  const ended = await child.ended
  return ended.kind === 'exited' && ended.code === 0
}

/** Runs `rg --version`: a ripgrep that is absent or broken is said at the start, in one line. */
async function ripgrepVersion(rgPath: string): Promise<string> {
  const child = startChild(rgPath, ['--version'], { cwd: '/', signal: AbortSignal.timeout(10_000) })
  let text = ''
  for await (const chunk of child.stdout) text += String(chunk)
  const ended = await child.ended
  if (ended.kind === 'not-started') {
    const reason =
      { ENOENT: 'does not exist', EACCES: 'is not executable' }[ended.code] ?? ended.code
    fail(`ripgrep cannot be run: ${rgPath} ${reason}`, 1)
  }
  const found = /^ripgrep (\S+)/.exec(text)?.[1]
  if (!found) fail(`${rgPath} is not a ripgrep that works`, 1)
  return found
}

function help(): string {
  const rows = settings.map(({ name, kind, default: value, help }) => {
    const option = `--${name}${kind === 'flag' ? '' : ` ${kind.toUpperCase()}`}`
    const byDefault = kind === 'flag' ? (value ? `on; --no-${name}` : '') : value
    return `  ${option.padEnd(36)} ${help}${byDefault === '' ? '' : ` (${byDefault})`}`
  })
  return `ripline ${version}: searches code from a browser, with ripgrep

Usage: ripline [options] [DIR | NAME=DIR]...
       ripline index [options] [DIR | NAME=DIR]...

Serves the directories: a git checkout is one repository; a directory that holds checkouts, or only
directories, is many. Without a directory it serves the demo corpus that comes with it.
With index it only brings the index of these directories up to date, as an image build does.

${rows.join('\n')}
  ${'-h, --help'.padEnd(36)} print this
  ${'-V, --version'.padEnd(36)} print the version

Each option is read from the environment too, --max-lines from ${variableOf('max-lines')}, and from
the TOML file that --config names, as max-lines.
`
}
