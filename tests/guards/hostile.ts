// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources
import { type Guard, inFile } from './guard.ts'

/** What a hostile query, path, file or client meets. */
export const hostileGuards: readonly Guard[] = [
  // Arguments and processes.
  ...inFile('src/ripgrep/args.ts', [
    ['`--regexp=${matcher.pattern}`', 'matcher.pattern', 'tests/ripgrep/fuzz.test.ts'],
    ["'--no-config',", '', 'tests/ripgrep/fuzz.test.ts'],
    ["'--no-mmap',", '', 'tests/ripgrep/args.test.ts'],
    ["'--dfa-size-limit=10M',", '', 'tests/ripgrep/args.test.ts'],
    ["'--regex-size-limit=10M',", '', 'tests/ripgrep/args.test.ts'],
    ["'--no-ignore-global',", '', 'tests/corpus/catalog.test.ts'],
    ["'--no-ignore-parent',", '', 'tests/corpus/catalog.test.ts'],
  ]),
  ...inFile('src/process/child.ts', [
    ['env = {},', 'env = process.env as Record<string, string>,', 'tests/process/child.test.ts'],
    [
      'if (kept.length < most) kept += text.slice(0, most - kept.length)',
      'kept += text',
      'tests/process/child.test.ts',
    ],
    ["child.kill('SIGKILL')", "child.kill('SIGTERM')", 'tests/process/child.test.ts'],
    ['    stdout.destroy()\n', '', 'tests/process/child.test.ts'],
    [
      "else signal?.addEventListener('abort', kill, { once: true })",
      '',
      'tests/process/child.test.ts',
    ],
  ]),
  ...inFile('src/process/bounds.ts', [
    ["'--pdeathsig=KILL',", '', 'tests/start/start.test.ts'],
    ['[`--as=${memoryBytes}`]', '[]', 'tests/process/bounds.test.ts'],
    ['[`--cpu=${Math.ceil(cpuSeconds)}`]', '[]', 'tests/process/bounds.test.ts'],
  ]),
  ...inFile('src/process/slots.ts', [
    ['(waiting >= queue || own >= share)', 'own >= share', 'tests/process/slots.test.ts'],
    [' || own >= share', '', 'tests/process/slots.test.ts'],
    ['await restOf(name, signal)\n', '\n', 'tests/process/slots.test.ts'],
    [
      'sourceOf(client, share, true)',
      'sourceOf(client, share, false)',
      'tests/process/slots.test.ts',
    ],
    ["sourceOf('', queue, false)", "sourceOf('', queue, true)", 'tests/process/slots.test.ts'],
    [
      'const timer = setTimeout(giveUp, waitMs)',
      'const timer = undefined',
      'tests/process/slots.test.ts',
    ],
    ['if (slow < places) move()', 'if (true) move()', 'tests/process/slots.test.ts'],
  ]),
  ...inFile('src/search/lane.ts', [
    ['    slot.slowDown(slowDown)\n', '', 'tests/http/fairness.test.ts'],
    ['for (const child of children) child.slowDown()', '', 'tests/http/fairness.test.ts'],
  ]),
  ...inFile('src/search/stopping.ts', [
    [
      "setTimeout(() => stop.abort('time'), seconds * 1_000)",
      'undefined',
      'tests/search/failures.test.ts',
    ],
    ["caller.addEventListener('abort', onAbort, { once: true })", '', 'tests/search/ends.test.ts'],
  ]),
  // What is shown stands in the corpus, and may be seen.
  ...inFile('src/corpus/policy.ts', [
    ['if (!isHidden(path)) return true', 'return true', 'tests/http/canary.test.ts'],
    ["component.toLowerCase() === '.git'", "component === '.git'", 'tests/corpus'],
  ]),
  ...inFile('src/corpus/door.ts', [
    ['if (!reachedDirectly(descriptor, full, root)) ', 'if (false) ', 'tests/http/swaps.test.ts'],
    ["if (!stat.isFile()) return shut(descriptor, 'not-a-file')", '', 'tests/corpus/door.test.ts'],
    ['constants.O_NONBLOCK | ', '', 'tests/corpus/door.test.ts'],
  ]),
  ...inFile('src/search/verify.ts', [
    [': bytes.equals(said)', ': true', 'tests/search/changes.test.ts'],
    ["searched.toString('latin1', at, end) === lines.text", 'true', 'tests/search/changes.test.ts'],
  ]),
  ...inFile('src/ripgrep/lines.ts', [
    ['if (held > cap) {', 'if (false) {', 'tests/ripgrep/lines.test.ts'],
  ]),
  // The web.
  ...inFile('src/http/marks.ts', [
    ["'<': '&lt;',", "'<': '<',", 'tests/http/safety.test.ts'],
    [`'"': '&quot;',`, `'"': '"',`, 'tests/http/safety.test.ts'],
  ]),
  ...inFile('src/http/headers.ts', [
    [`"script-src 'self'",`, `"script-src 'self' 'unsafe-inline'",`, 'tests/http/safety.test.ts'],
    [`"frame-ancestors 'none'",\n]`, ']', 'tests/http/safety.test.ts'],
    ["'x-content-type-options': 'nosniff',", '', 'tests/http/safety.test.ts'],
    ["'referrer-policy': 'same-origin',", '', 'tests/http/safety.test.ts'],
    ["'cache-control': 'no-store',", '', 'tests/http/safety.test.ts'],
    ['sandbox; ', '', 'tests/http/raw.test.ts'],
  ]),
  ...inFile('src/http/raw.ts', [
    ["isBinary ? 'application/octet-stream' : ", '', 'tests/http/raw.test.ts'],
    ["    'content-security-policy': sandboxPolicy,\n", '', 'tests/http/raw.test.ts'],
  ]),
  ...inFile('src/http/callers.ts', [
    [
      'return isSearch && isDriveBy(request) ? driveBy : undefined',
      'return undefined',
      'tests/http/callers.test.ts',
    ],
    ['return isLoopback || hosts.includes(name)', 'return true', 'tests/http/callers.test.ts'],
  ]),
  ...inFile('src/http/app.ts', [
    [
      '{ trustProxy: [...options.config.trustProxy] }',
      '{ trustProxy: true }',
      'tests/http/fairness.test.ts',
    ],
    ['requestTimeout: 10_000', 'requestTimeout: 0', 'tests/http/slow-clients.test.ts'],
    ['headersTimeout: 5_000, ', 'headersTimeout: 0, ', 'tests/http/slow-clients.test.ts'],
    ['stopping.abort(stopReason)', '', 'tests/start/start.test.ts'],
    ['setSecurityHeaders(app)', '', 'tests/http/safety.test.ts'],
  ]),
  ...inFile('src/http/rate-limit.ts', [
    ['if (found.isAllowed || !found.isExceeded) return', 'return', 'tests/http/rate-limit.test.ts'],
  ]),
  ...inFile('src/http/request-log.ts', [
    ['query: isWhole ? pattern : ', 'query: true ? pattern : ', 'tests/http/log.test.ts'],
  ]),
  ...inFile('src/markdown/target.ts', [
    ['!url || !schemes.includes(url.protocol)', '!url', 'tests/markdown'],
    ['if (components.length === 0) return undefined', '', 'tests/markdown'],
  ]),
  ...inFile('src/markdown/render.ts', [
    ['if (length > mostHtml) throw new TooLong()', '', 'tests/markdown'],
  ]),
  // git.
  ...inFile('src/git/revision.ts', [
    [
      'if (/^[-/.]|[/.]$|^@$|\\/\\./.test(text)) return undefined',
      '',
      'tests/git/revision.test.ts',
    ],
  ]),
  ...inFile('src/git/run.ts', [
    ['if (length > mostBytes) break', '', 'tests/git/run.test.ts'],
    ['GIT_DIR: join(neutral, place.format),', 'GIT_DIR: own,', 'tests/git'],
    ["GIT_NO_LAZY_FETCH: '1',", '', 'tests/git/run.test.ts'],
    ["GIT_ALLOW_PROTOCOL: 'none',", '', 'tests/git/run.test.ts'],
  ]),
  // The index.
  ...inFile('src/index/segment.ts', [
    ['return hash.digest().equals(header.body)', 'return true', 'tests/index'],
    ['if (size !== starts.end) return undefined', '', 'tests/index'],
  ]),
  ...inFile('src/index/store.ts', [['  makeOwnDirectory(directory)\n', '', 'tests/index']]),
]
