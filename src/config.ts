import { createHash } from 'node:crypto'
import { availableParallelism, homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rgPath } from '@vscode/ripgrep'
import type { Charset } from './charset.ts'
import { ConfigError } from './config/error.ts'
import { readArguments, settingValues } from './config/given.ts'
import { exists, rootsOf } from './config/roots.ts'
import {
  basePathOf,
  codeHostsOf,
  editorOf,
  encodingsOf,
  hostsOf,
  logModeOf,
  proxiesOf,
} from './config/texts.ts'
import type { Root } from './corpus/discover.ts'
import { type Limits, limitTable } from './limits.ts'
import type { LogMode } from './log.ts'

/** What the server was told to do, by its arguments, the environment and the settings file. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Begins and ends with `/`. */
  readonly basePath: string
  readonly hidden: boolean
  readonly rescanMs: number
  /** Where the index of these roots is kept; `undefined` if there is to be none. */
  readonly indexDirectory: string | undefined
  /** Where the files of revisions that are searched are written. */
  readonly revisionDirectory: string
  readonly rgPath: string
  /** Addresses and networks of proxies that say for whom they ask. */
  readonly trustProxy: readonly string[]
  /** Names by which it may be asked for besides those of this machine itself; `undefined` for any. */
  readonly hosts: readonly string[] | undefined
  readonly log: LogMode
  readonly metrics: boolean
  readonly gitPath: string
  /** Whether patterns may be PCRE2's. */
  readonly pcre2: boolean
  /** What the files of repositories, by name, are read as. */
  readonly encodings: ReadonlyMap<string, Charset>
  /** Where repositories, by name, are shown by others: see `code-host.ts`. */
  readonly codeHosts: ReadonlyMap<string, string>
  /** The template of a link that opens a file in an editor of this machine. */
  readonly editor: string | undefined
  readonly limits: Limits
  readonly roots: readonly Root[]
  /** Whether the bundled demo corpus is served, for want of another. */
  readonly isDemo: boolean
  /** The `corpus` setting, if there is no such directory. */
  readonly missingCorpus: string | undefined
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** To serve the corpus, or only to bring its index up to date. */
  | { readonly kind: 'serve' | 'index'; readonly config: Config }

/**
 * @param argv without the program and script
 * @throws ConfigError
 */
export function readCommand(argv: readonly string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals: words } = readArguments(argv)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  // A directory of that name is `./index`.
  const kind = words[0] === 'index' ? 'index' : 'serve'
  const positionals = kind === 'index' ? words.slice(1) : words
  const value = settingValues(values, env)
  const asText = (name: string) => value.get(name) as string
  const asNumber = (name: string) => value.get(name) as number

  const host = asText('host')
  const corpus = asText('corpus')
  const missingCorpus =
    positionals.length === 0 && corpus !== '' && !exists(corpus) ? corpus : undefined
  const named = positionals.length > 0 || corpus === '' ? positionals : [corpus]
  const isDemo = named.length === 0 || missingCorpus !== undefined
  if (!isLoopback(host) && value.get('public') !== true) {
    throw new ConfigError(
      `${host} can be reached by other machines, and whoever reaches it reads the corpus: add --public if that is meant`,
    )
  }
  const roots = rootsOf(isDemo ? [demo] : named)
  const cache = cacheDirectory(asText('cache'), roots, env)
  if (kind === 'index' && value.get('index') !== true) {
    throw new ConfigError('index is switched off by a setting of that name')
  }
  return {
    kind,
    config: {
      host,
      port: asNumber('port'),
      basePath: basePathOf(asText('base-path')),
      trustProxy: proxiesOf(asText('trust-proxy')),
      hosts: hostsOf(asText('hosts'), isLoopback(host) && asText('trust-proxy') === ''),
      log: logModeOf(asText('log')),
      metrics: value.get('metrics') === true,
      hidden: value.get('hidden') === true,
      rescanMs: asNumber('rescan-seconds') * 1_000,
      indexDirectory: value.get('index') === true ? cache : undefined,
      revisionDirectory: join(cache, 'revisions'),
      rgPath: asText('rg') || rgPath,
      gitPath: asText('git') || 'git',
      pcre2: value.get('pcre2') === true,
      encodings: encodingsOf(asText('encodings')),
      codeHosts: codeHostsOf(asText('code-hosts')),
      editor: editorOf(asText('editor'), value.get('public') === true),
      limits: limitsOf(asNumber),
      roots,
      isDemo,
      missingCorpus,
    },
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** Each set of roots has a directory of its own, so that many servers can share one cache. */
function cacheDirectory(cache: string, roots: readonly Root[], env: NodeJS.ProcessEnv): string {
  const base = cache
    ? resolve(cache)
    : join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ripline')
  const hash = createHash('sha256')
  for (const { directory } of roots) hash.update(`${directory}\0`)
  return join(base, hash.digest('hex').slice(0, 16))
}

function limitsOf(asNumber: (name: string) => number): Limits {
  const limits = Object.fromEntries(
    Object.entries(limitTable).map(([key, { name }]) => [key, asNumber(name)]),
  ) as Record<keyof Limits, number>
  const slots = limits.slots || availableParallelism()
  return { ...limits, slots, queue: limits.queue || 8 * slots }
}

const demo = fileURLToPath(new URL('../corpus', import.meta.url))
