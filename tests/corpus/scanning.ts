import { spawn, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import {
  type Catalog,
  type CatalogFile,
  fileAt,
  type Repository,
} from '../../src/corpus/catalog.ts'
import type { Root } from '../../src/corpus/discover.ts'
import { decode, encode, type ScanMessage } from '../../src/corpus/message.ts'
import {
  absentByRepository,
  listCorpus,
  type ScanOptions,
  scanListed,
  withAbsent,
} from '../../src/corpus/scan.ts'

/** A directory, or a directory and the name from `NAME=DIR`. */
export type Place = string | readonly [name: string, directory: string]

export interface Scanning {
  readonly hidden?: boolean
  readonly maxFileBytes?: number
  /** A ripgrep other than our own. */
  readonly rgPath?: string
}

export function optionsOf(places: readonly Place[], scanning: Scanning = {}): ScanOptions {
  const roots = places.map(
    (place): Root =>
      typeof place === 'string'
        ? { directory: place, name: undefined }
        : { directory: place[1], name: place[0] },
  )
  return { roots, rgPath, hidden: false, maxFileBytes: 16_777_216, ...scanning }
}

/** The complete catalog of some roots, made in this process. */
export async function scan(
  places: Place | readonly Place[],
  scanning?: Scanning,
): Promise<Catalog> {
  const options = optionsOf(typeof places === 'string' ? [places] : (places as Place[]), scanning)
  const listings = await listCorpus(options)
  const looked = scanListed(listings, options, undefined)!
  return withAbsent(looked, await absentByRepository(listings, options)).catalog
}

/** The complete catalog as someone without privileges sees it: root may read everything. */
export async function scanUnprivileged(directory: string, scanning?: Scanning): Promise<Catalog> {
  if (process.getuid?.() !== 0) return scan(directory, scanning)
  chmodSync(directory, 0o755)
  const script = new URL('../../src/corpus/scan-process.ts', import.meta.url).pathname
  const child = spawn(
    'setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, script],
    { stdio: ['pipe', 'pipe', 'inherit'], env: {} },
  )
  const request = { type: 'request' as const, isAwaited: false, counts: true }
  for (const part of encode({ ...request, options: optionsOf([directory], scanning) })) {
    child.stdin.write(part)
  }
  child.stdin.end()
  let last: ScanMessage | undefined
  for await (const message of decode<ScanMessage>(child.stdout)) last = message
  if (last?.type !== 'scan') throw new Error(JSON.stringify(last))
  return last.scan.catalog
}

/** Every file, in order. */
export function filesOf(catalog: Catalog): readonly CatalogFile[] {
  return Array.from({ length: catalog.columns.count }, (_, index) => fileAt(catalog, index))
}

/** By repository, in order, the visible paths, in order. */
export function pathsOf(catalog: Catalog): Record<string, string[]> {
  const paths = catalog.repositories.map(({ name }): [string, string[]] => [name, []])
  for (const { repository, path } of filesOf(catalog)) {
    paths[catalog.repositories.indexOf(repository)]![1].push(path.toString())
  }
  return Object.fromEntries(paths)
}

export function repositoryOf(catalog: Catalog, name: string): Repository {
  const found = catalog.repositories.find((repository) => repository.name === name)
  if (!found) throw new Error(`no ${name} in ${catalog.repositories.map((one) => one.name)}`)
  return found
}

/** Runs git as someone who has no configuration. */
export function git(directory: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org']
  const { status, stdout, stderr } = spawnSync(
    'git',
    [...identity, '-c', 'protocol.file.allow=always', '-c', 'init.defaultBranch=main', ...args],
    {
      cwd: directory,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
      },
    },
  )
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** Makes a directory a checkout in which everything is committed. */
export function commitAll(directory: string): void {
  git(directory, 'init', '--quiet')
  git(directory, 'add', '--all')
  git(directory, 'commit', '--quiet', '--allow-empty', '--message=all')
}
