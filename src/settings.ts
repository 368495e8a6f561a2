import { limitTable } from './limits.ts'

/** One setting, known by one name in three places: `--NAME`, `RIPLINE_NAME`, and `NAME` in the TOML file. */
export interface Setting {
  readonly name: string
  readonly kind: 'text' | 'flag' | 'number' | 'table'
  readonly default: string | boolean | number
  readonly help: string
  /** For numbers: the bounds, and whether fractions mean something. */
  readonly floor?: number
  readonly ceiling?: number
  readonly isWhole?: boolean
}

const text = (name: string, byDefault: string, help: string): Setting => ({
  name,
  kind: 'text',
  default: byDefault,
  help,
})
/** `NAME=VALUE,…`, or a table in the file. */
const table = (name: string, help: string): Setting => ({ name, kind: 'table', default: '', help })
const flag = (name: string, help: string, byDefault = false): Setting => ({
  name,
  kind: 'flag',
  default: byDefault,
  help,
})
const number = (
  name: string,
  byDefault: number,
  floor: number,
  ceiling: number,
  help: string,
): Setting => ({
  name,
  kind: 'number',
  default: byDefault,
  floor,
  ceiling,
  isWhole: !name.endsWith('seconds'),
  help,
})

/** Every setting, in the order in which `--help` and the README list them. */
export const settings: readonly Setting[] = [
  text('host', '127.0.0.1', 'address to listen on'),
  number('port', 8080, 0, 65_535, 'port to listen on; 0 takes a free one; PORT is read too'),
  text('base-path', '/', 'path under which a proxy serves ripline, such as /code'),
  flag(
    'public',
    'allow an address that other machines can reach: whoever reaches it reads the corpus',
  ),
  text(
    'trust-proxy',
    '',
    'addresses or networks of proxies that are believed in whose name they ask: 10.0.0.1,fd00::/8',
  ),
  text(
    'hosts',
    '',
    'names by which ripline may be asked for, besides those of this machine itself: code.example.com,10.0.0.2',
  ),
  text(
    'log',
    'off',
    'what is written to standard error of requests: off, requests, or queries too',
  ),
  flag('metrics', 'figures for Prometheus at /metrics', true),
  flag('hidden', 'let in dot files: those that git tracks, in a checkout; .git never'),
  number(
    'rescan-seconds',
    30,
    0,
    86_400,
    'rest between two scans for changed files; 0 for a corpus that never changes',
  ),
  text('corpus', '', 'directory to serve when none is named; the demo corpus if it does not exist'),
  flag('index', 'keep an index of the corpus, so that most searches read few files', true),
  text(
    'cache',
    '',
    'directory for the index and revisions; by default ripline in the user’s cache directory',
  ),
  text('rg', '', 'ripgrep to run instead of the one that comes with ripline'),
  text(
    'git',
    '',
    'git to run instead of the one that is installed, for what is shown of revisions',
  ),
  flag('pcre2', 'allow look-around and back-references (PCRE2), which can cost more'),
  table(
    'encodings',
    'what repositories that are not UTF-8 are read as: NAME=latin1,OTHER=koi8-r, or a table in the file',
  ),
  table(
    'code-hosts',
    'where others show repositories: NAME=gitlab, none, or https://…/{commit}/{path}#{line}; else their origin says it',
  ),
  text(
    'editor',
    '',
    'link that opens a file here, such as vscode://file{path}:{line}; not with public',
  ),
  text('config', '', 'TOML file with settings'),
  ...Object.values(limitTable).map((limit) =>
    number(limit.name, limit.default, limit.floor, limit.ceiling, `${limit.unit}: ${limit.help}`),
  ),
]
