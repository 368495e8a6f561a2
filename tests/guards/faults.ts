// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources
import { type Guard, inFile } from './guard.ts'

/** What lives through the list of faults: the rows of `tests/faults` that go red without each. */
export const faultGuards: readonly Guard[] = [
  ...inFile('src/corpus/absent.ts', [
    [
      "else if (!entry.isFile()) yield { path, reason: 'special' }",
      '',
      'tests/faults/files.test.ts',
      'FIFO, socket',
    ],
  ]),
  ...inFile('src/corpus/corpus.ts', [
    [
      'const serve = (next: Scan) => {\n',
      'const serve = (next: Scan) => {\n    if (scan && next.catalog.columns.count === 0) return\n',
      'tests/faults/files.test.ts',
      'unmounted',
    ],
  ]),
  ...inFile('src/corpus/door.ts', [
    [
      "if (!stat.isFile()) return shut(descriptor, 'not-a-file')",
      '',
      'tests/faults/files.test.ts',
      'becomes a FIFO',
    ],
    [
      '    file.close()\n    throw error',
      '    throw error',
      'tests/faults/files.test.ts',
      'of our own reading',
    ],
  ]),
  ...inFile('src/corpus/own-directory.ts', [
    [
      '  makeAll(directory)\n  const',
      '  mkdirSync(directory, { recursive: true, mode: 0o700 })\n  const',
      'tests/faults/machine.test.ts',
      'read-only',
    ],
  ]),
  ...inFile('src/corpus/tree-words.ts', [
    ["['ENOSPC', ", '[', 'tests/faults/machine.test.ts', 'disk full: files'],
  ]),
  ...inFile('src/http/app.ts', [
    [
      'app.server.maxConnections = 1_024',
      'app.server.maxConnections = 500',
      'tests/faults/clients.test.ts',
      '600',
    ],
    ['  eta.readFile = (path) => views.get(path)!\n', '', 'tests/faults/machine.test.ts', 'EMFILE'],
  ]),
  ...inFile('src/http/errors.ts', [
    [
      "const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'",
      'const isLate = false',
      'tests/faults/clients.test.ts',
      'sends 1 byte',
    ],
  ]),
  ...inFile('src/http/raw.ts', [
    [
      'if (stream.bytesRead < door.bytes) reply.raw.destroy()',
      'if (stream.bytesRead > door.bytes) reply.raw.destroy()',
      'tests/faults/files.test.ts',
      'truncated while viewed',
    ],
    [
      'end: door.bytes - 1 }',
      'end: door.bytes - 2 }',
      'tests/faults/files.test.ts',
      'removed while viewed|grown while viewed',
    ],
  ]),
  ...inFile('src/http/client.ts', [
    ["(ip ?? '')", '(ip as string)', 'tests/http/fairness.test.ts', 'address'],
  ]),
  ...inFile('src/http/server.ts', [
    [
      "if (!reply.raw.writableFinished) gone.abort('client')",
      "if (reply.raw.writableFinished) gone.abort('client')",
      'tests/faults/clients.test.ts',
      'client FIN|client RST',
    ],
  ]),
  ...inFile('src/http/status.ts', [
    [
      'performance.now() - server.began',
      'Date.now() - server.startedAtMs',
      'tests/faults/machine.test.ts',
      'clock',
    ],
  ]),
  ...inFile('src/index/keeper.ts', [
    ['        trouble = message\n', '', 'tests/faults/machine.test.ts', 'disk full: index'],
  ]),
  ...inFile('src/main.ts', [
    [
      "for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})",
      '',
      'tests/faults/process.test.ts',
      'EPIPE',
    ],
  ]),
  ...inFile('src/process/ahead.ts', [
    ['if (failed) fail()', '', 'tests/process/ahead.test.ts', 'not tried for long'],
    [
      'if (now !== identity) for (const room of rooms) room.dismiss()',
      '',
      'tests/faults/ripgrep.test.ts',
      'SEGV|exits 2',
    ],
  ]),
  ...inFile('src/process/room.ts', [
    [
      'if (isNobodyThere && performance.now() - taken.startedAt > hungMs) kill(taken)',
      '',
      'tests/process/ahead.test.ts',
      'those end that hang',
    ],
    [
      'if (of.kept.length < stderrBytes) of.kept += text.slice(0, stderrBytes - of.kept.length)',
      'of.kept += text',
      'tests/process/ahead.test.ts',
      'more than anybody',
    ],
    ['kill -9 0', ':', 'tests/start/start.test.ts', 'SIGKILL|ahead'],
    ['ulimit -v "$2"', ':', 'tests/process/ahead.test.ts', 'so much memory'],
    ['ulimit -t "$3"', ':', 'tests/process/ahead.test.ts', 'so much memory'],
    [
      'if (of === visit && !isClosed) killNow(-shell.pid!)',
      '',
      'tests/process/ahead.test.ts',
      'found by a kill',
    ],
    ['of === visit && !isClosed', '!isClosed', 'tests/process/ahead.test.ts', 'costs no shell'],
    ['endingMs, of', '0, of', 'tests/process/ahead.test.ts', 'costs no shell'],
    [
      "return stdout !== 'ENOENT' && stderr !== 'ENOENT'",
      'return true',
      'tests/process/ahead.test.ts',
      'has been removed',
    ],
    ['killNow(-shell.pid)', '', 'tests/process/ahead.test.ts', 'shells die'],
  ]),
  ...inFile('src/process/slots.ts', [
    [
      "signal.addEventListener('abort', giveUp, { once: true })",
      '',
      'tests/faults/clients.test.ts',
      'gone while queued',
    ],
  ]),
  ...inFile('src/ripgrep/events.ts', [
    [
      'default:\n      return undefined',
      "default:\n      throw new TypeError('unknown')",
      'tests/faults/ripgrep.test.ts',
      'unknown type',
    ],
  ]),
  ...inFile('src/ripgrep/lines.ts', [
    ['if (held > cap) {', 'if (held < 0) {', 'tests/faults/ripgrep.test.ts', 'single line'],
    ['if (held > cap) {', 'if (held < 0) {', 'tests/faults/ripgrep.test.ts', 'that is no JSON'],
  ]),
  ...inFile('src/ripgrep/records.ts', [
    ['bounds: {}', 'bounds: undefined', 'tests/faults/process.test.ts', 'SIGKILL'],
  ]),
  ...inFile('src/ripgrep/run.ts', [
    [
      '(ended.code === 126 || ended.code === 127) && seen.silent',
      'ended.code === 300',
      'tests/faults/ripgrep.test.ts',
      'rg absent|rg not executable',
    ],
    [
      "ended.code === 2 && seen.silent && ended.stderr.startsWith('rg: ')",
      'ended.code === 2 && seen.silent',
      'tests/faults/ripgrep.test.ts',
      'rg wrong format|rg exits 2',
    ],
    [
      "if (ended.kind === 'killed') return { kind: 'crashed', reason: ended.signal }",
      "if (ended.kind === 'killed') return { kind: 'complete', searches: 0, complaints: '' }",
      'tests/faults/ripgrep.test.ts',
      'SIGSEGV|SIGBUS|memory abort',
    ],
    [
      "{ kind: 'crashed', reason: `exit code ${ended.code} without a summary` }",
      "{ kind: 'complete', searches: 0, complaints: '' }",
      'tests/faults/ripgrep.test.ts',
      'half a line',
    ],
    ["return 'garbled'\n", 'return undefined\n', 'tests/faults/ripgrep.test.ts', 'invalid JSON'],
  ]),
  ...inFile('src/search/batch.ts', [
    [
      'const missing = complete ? Math.max(0, positions.length - searches) : 0',
      'const missing = 0',
      'tests/faults/files.test.ts',
      'root removed|root becomes|ripgrep says',
    ],
    [
      "refusal === 'unreadable' || refusal === 'exhausted' ? 'unreadable' : 'changed'",
      "'unreadable'",
      'tests/faults/files.test.ts',
      'removed while searched',
    ],
    [
      "if (result === 'changed') result = await again(",
      "if (result === 'large') result = await again(",
      'tests/faults/files.test.ts',
      'truncated while searched',
    ],
    [
      'faithful &&= collector.add(event, held)',
      'faithful &&= collector.add(event, held) && door.bytes < 45',
      'tests/faults/files.test.ts',
      'grown while searched',
    ],
    [
      "  } catch {\n    return dropping(file, 'unreadable')",
      '  } catch (error) {\n    throw error',
      'tests/faults/files.test.ts',
      'of our own reading',
    ],
  ]),
  ...inFile('src/search/contents.ts', [
    [
      'if (partial && !failure) {',
      'if (partial && failure) {',
      'tests/faults/ripgrep.test.ts',
      'memory abort',
    ],
  ]),
  ...['raw', 'file-page', 'image'].flatMap((name) =>
    inFile(`src/http/${name}.ts`, [
      [
        "  if (door === 'exhausted') return sendFailure(server, request, reply, exhausted)\n",
        '',
        'tests/faults/machine.test.ts',
        'EMFILE',
      ],
    ]),
  ),
  ...inFile('src/http/lines-api.ts', [
    [
      "  if (door === 'exhausted') return exhausted\n",
      '',
      'tests/faults/machine.test.ts',
      'EMFILE',
    ],
  ]),
  ...inFile('src/failure.ts', [
    ["'EMFILE', ", '', 'tests/faults/machine.test.ts', 'EMFILE'],
    ["'EAGAIN', ", '', 'tests/faults/machine.test.ts', 'EAGAIN'],
  ]),
  ...inFile('src/search/select.ts', [
    [
      "unreadable: counted('unreadable') + shut,",
      'unreadable: shut,',
      'tests/faults/files.test.ts',
      'unreadable file',
    ],
    [
      "unreadable: counted('unreadable') + shut,",
      "unreadable: counted('unreadable'),",
      'tests/faults/files.test.ts',
      'unreadable directory',
    ],
  ]),
  ...inFile('src/search/stopping.ts', [
    [
      "setTimeout(() => stop.abort('time'), seconds * 1_000)",
      "setTimeout(() => stop.abort('time'), seconds * 100_000)",
      'tests/faults/ripgrep.test.ts',
      'silent for ever|floods stdout',
    ],
    [
      "setTimeout(() => stop.abort('time'), seconds * 1_000)",
      "setTimeout(() => stop.abort('time'), seconds * 100_000)",
      'tests/faults/clients.test.ts',
      'never reads|reads 1 byte',
    ],
    [
      "signal.reason === shutdown ? 'shutdown' : 'client'",
      "'client'",
      'tests/faults/process.test.ts',
      'SIGTERM',
    ],
  ]),
]
