import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rgPath } from '@vscode/ripgrep'
import { describe, expect, it } from 'vitest'
import { settings } from '../../src/settings.ts'
import { until } from '../support/processes.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { type Program, processesWith, run, script, start, unprivileged } from './program.ts'

const here = fileURLToPath(new URL('../../', import.meta.url))
const anyPort = ['--port', '0']
const files = { 'a.c': 'int needle;\n', 'b.c': 'x\n' }

describe('the program', () => {
  it('prints one line, with its address, and answers there', async () => {
    const { root, name } = makeTree(files)
    const program = start([...anyPort, root])
    const url = await program.url
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect((await fetch(url)).status).toBe(200)
    const answer = await (await fetch(`${url}api/search?q=needle`)).text()
    expect(answer).toContain(`"repository":"${name}"`)
    program.process.kill('SIGTERM')
    const { code, stdout, stderr } = await program.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^ripline \d+\.\d+\.\d+ on http:\S+\n$/)
  })

  it('serves the demo corpus for want of another, from wherever it is installed', async () => {
    const { root } = makeTree()
    const place = join(root, 'näher am Ort #1 100%')
    for (const part of ['src', 'views', 'corpus', 'package.json']) {
      cpSync(join(here, part), join(place, part), { recursive: true })
    }
    symlinkSync(join(here, 'node_modules'), join(place, 'node_modules'))
    const program = start(anyPort, { command: [process.execPath, join(place, 'src/bin.ts')] })
    const page = await (await fetch(await program.url)).text()
    expect(page).toContain('/view/')
    expect((await fetch(`${await program.url}readyz`)).status).toBe(200)
  })

  it('serves several directories, under the names that they are given', async () => {
    const one = makeTree({ 'a.c': 'x' })
    const two = makeTree({ 'b.c': 'x', 'odd=name/c.c': 'x' })
    const args = [`first=${one.root}`, `group/second=${two.root}`, join(two.root, 'odd=name')]
    const url = await start([...anyPort, ...args]).url
    for (const path of ['first/a.c', 'group/second/b.c', 'odd=name/c.c']) {
      expect([path, (await fetch(`${url}view/${path}`)).status]).toEqual([path, 200])
    }
  })

  it('serves an empty corpus too, with a warning', async () => {
    const program = start([...anyPort, makeTree({ '.hidden': 'x' }).root])
    const url = await program.url
    expect((await fetch(url)).status).toBe(200)
    const search = await (await fetch(`${url}api/search?q=x`)).text()
    expect(JSON.parse(search.trim().split('\n').at(-1)!)).toMatchObject({ type: 'done' })
    program.process.kill('SIGTERM')
    expect(await program.ended).toMatchObject({
      code: 0,
      stderr: 'ripline: there is no file to search\n',
    })
  })

  it('listens also if nobody reads what it prints', async () => {
    const { root } = makeTree(files)
    const program = start([...anyPort, root])
    program.process.stdout!.destroy()
    program.process.stderr!.destroy()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(program.process.exitCode).toBeNull()
    program.process.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
  })

  it.runIf(process.platform === 'linux')(
    'has the memory that it frees given back, unless its operator wants it otherwise',
    async () => {
      const { root } = makeTree(files)
      for (const [env, set] of [
        [{}, '65536'],
        [{ MALLOC_MMAP_THRESHOLD_: '131072' }, '131072'],
      ] as const) {
        const program = start([...anyPort, root], { env })
        await program.url
        // It has begun again as the process that it was.
        const environment = readFileSync(`/proc/${program.process.pid}/environ`, 'latin1')
        expect(environment.split('\0')).toContain(`MALLOC_MMAP_THRESHOLD_=${set}`)
        const command = readFileSync(`/proc/${program.process.pid}/cmdline`, 'latin1')
        expect(command.includes('--min-semi-space-size')).toBe(!('MALLOC_MMAP_THRESHOLD_' in env))
        program.process.kill('SIGTERM')
        expect((await program.ended).code).toBe(0)
      }
    },
  )

  it('lists every setting with --help, and says its version with --version', async () => {
    for (const option of ['--help', '-h']) {
      const { code, stdout, stderr } = await run([option])
      expect([code, stderr]).toEqual([0, ''])
      for (const { name, help, kind, default: value } of settings) {
        const row = stdout.split('\n').find((line) => line.includes(`--${name} `))
        expect([name, row]).toEqual([name, expect.stringContaining(help)])
        if (kind === 'number') expect(row).toContain(`(${value})`)
      }
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(160)
    }
    const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
    for (const option of ['--version', '-V']) {
      expect(await run([option])).toEqual({ code: 0, stdout: `ripline ${version}\n`, stderr: '' })
    }
  })
})

describe('what cannot be served ends the program with one line and', () => {
  /** One line about it, nothing else, and the code. */
  async function ends(args: readonly string[], code: number, line: RegExp, options = {}) {
    const ended = await run(args, options)
    expect(ended).toEqual({ code, stdout: expect.any(String), stderr: expect.stringMatching(line) })
    expect(ended.stderr).toMatch(/^ripline: [^\n]+\n$/)
    return ended
  }

  it('code 2 for a directory that is missing, or is none', async () => {
    const { root } = makeTree(files)
    const missing = await ends([...anyPort, join(root, 'nowhere')], 2, /nowhere does not exist/)
    expect(missing.stdout).toBe('')
    await ends([...anyPort, `x=${root}/nowhere`], 2, /nowhere does not exist/)
    await ends([...anyPort, join(root, 'a.c')], 2, /a\.c is not a directory/)
    symlinkSync('nowhere', join(root, 'dangling'))
    await ends([...anyPort, join(root, 'dangling')], 2, /dangling does not exist/)
  })

  it('code 2 for a directory that cannot be read', async () => {
    const tree = makeTree(files)
    mkdirSync(tree.at('shut'), { mode: 0o000 })
    mkdirSync(tree.at('dark'), { mode: 0o111 })
    chmodSync(tree.root, 0o755)
    await ends([...anyPort, join(tree.root, 'shut')], 2, /shut cannot be read/, unprivileged)
    await ends([...anyPort, join(tree.root, 'dark')], 2, /dark cannot be read/, unprivileged)
    await ends([...anyPort, join(tree.root, 'shut/in')], 2, /shut\/in cannot be/, unprivileged)
  })

  it('code 2 for two repositories of one name', async () => {
    const { root } = makeTree({ 'x/same/a.c': '', 'y/same/b.c': '', 'many/same/c.c': '' })
    const roots = [join(root, 'x/same'), join(root, 'y/same')]
    await ends([...anyPort, ...roots], 2, /are called same: .*NAME=DIR/)
    await ends([...anyPort, roots[0]!, join(root, 'many')], 2, /are called same: .*NAME=DIR/)
    await ends([...anyPort, `z=${roots[0]}`, `z=${roots[1]}`], 2, /are called z: .*NAME=DIR/)
  })

  it.each(['a@b', '/a', 'a/', 'a//b', '.', '..', 'a/../b'])(
    'code 2 for %s as a name',
    async (name) => {
      await ends([...anyPort, `${name}=${makeTree(files).root}`], 2, /cannot be the name/)
    },
  )

  it('code 2 for an option that there is not, or a value that it does not take', async () => {
    await ends(['--prot', '1'], 2, /Unknown option '--prot'; ripline --help lists/)
    await ends(['-x'], 2, /Unknown option '-x'/)
    await ends(['--port'], 2, /'--port <value>' argument missing/)
    await ends(['--port', '-1'], 2, /'--port' argument is ambiguous/)
    await ends(['--public=yes'], 2, /'--public' does not take an argument/)
    for (const port of ['x', '65536', '80.5', '0x50', '1e3', ' ', '-1']) {
      await ends([`--port=${port}`], 2, /port takes a whole number from 0 to 65535, not /)
    }
    await ends(['--max-seconds', '0'], 2, /max-seconds takes a number from 0\.05 to 300, not 0/)
    await ends(['--base-path', '/a?b'], 2, /base-path takes letters, digits .*, not \/a\?b/)
    await ends([], 2, /public does not take yes/, { env: { RIPLINE_PUBLIC: 'yes' } })
    await ends([], 2, /port takes a whole number .*, not tcp/, { env: { PORT: 'tcp' } })
  })

  it('code 2 for an address that other machines reach, unless that is meant', async () => {
    const { root } = makeTree(files)
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.org', '127.0.0.1.nip.io']) {
      await ends([...anyPort, '--host', host, root], 2, /reads the corpus: add --public/)
    }
    const open = start([...anyPort, '--host', '0.0.0.0', '--public', root])
    expect(await open.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+\/$/)
  })

  it('code 2 for a settings file that is wrong, with its name and the line', async () => {
    const tree = makeTree({
      'broken.toml': 'port = 1\nmax-lines = = 3\n',
      'unknown.toml': 'prot = 1\n',
      'value.toml': 'port = "http"\n',
      'table.toml': '[port]\nnumber = 1\n',
    })
    const at = (name: string) => tree.at(name).toString()
    await ends(['--config', at('broken.toml')], 2, /broken\.toml, line 2: /)
    await ends(['--config', at('unknown.toml')], 2, /unknown\.toml: there is no setting prot/)
    await ends(['--config', at('value.toml')], 2, /port takes a whole number .*, not http/)
    await ends(['--config', at('table.toml')], 2, /port takes a whole number/)
    await ends(['--config', at('none.toml')], 2, /none\.toml cannot be read: ENOENT/)
    await ends(['--config', tree.root], 2, /cannot be read: EISDIR/)
  })

  it('code 1 for a port that is taken, or an address that is not ours', async () => {
    const { root } = makeTree(files)
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const taken = await ends(['--port', `${port}`, root], 1, / 127\.0\.0\.1 is taken\n$/)
    server.close()
    expect(taken.stderr).toBe(`ripline: port ${port} on 127.0.0.1 is taken\n`)
    await ends(
      [...anyPort, '--host', '192.0.2.1', '--public', root],
      1,
      /cannot be listened on: EADDRNOTAVAIL/,
    )
  })

  it('code 1 for a ripgrep that is absent, not executable, or none', async () => {
    const tree = makeTree({ ...files, 'rg.txt': 'x', 'notes/a': '' })
    const garbage = script(tree, 'garbage', 'this is no program\n')
    const other = script(tree, 'other', '#!/bin/sh\necho other 1.0\n')
    const failing = script(tree, 'failing', '#!/bin/sh\nexit 3\n')
    const at = (name: string) => tree.at(name).toString()
    const withRg = (rg: string) => [...anyPort, '--rg', rg, tree.root]
    await ends(withRg(at('nowhere')), 1, /ripgrep cannot be run: \S+nowhere does not exist/)
    await ends(withRg(at('rg.txt')), 1, /ripgrep cannot be run: \S+rg\.txt is not executable/)
    await ends(withRg(at('notes')), 1, /ripgrep cannot be run: \S+notes is not executable/)
    await ends(withRg(garbage), 1, /garbage (is not|cannot|ENOEXEC)/)
    await ends(withRg(other), 1, /other is not a ripgrep that works/)
    await ends(withRg(failing), 1, /failing is not a ripgrep that works/)
  })
})

describe('the end of the program', () => {
  /** A ripgrep that takes for ever over what the pattern of its arguments matches. */
  const slowRg = (tree: Tree, pattern: string) =>
    script(
      tree,
      'slow-rg',
      `#!/bin/sh\n[ "$RIPGREP_CONFIG_PATH" ] && exit\ncase "$*" in ${pattern}) exec tail -f /dev/null;; *) exec ${rgPath} "$@";; esac\n`,
    )
  const tails = ({ process }: Program) => processesWith('tail', descendantsOf(process.pid!))

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'after %s is quick and clean, also with open streams',
    async (signal) => {
      const rg = slowRg(makeTree(), '*--json*')
      const limits = ['--max-seconds', '60', '--max-processes', '2']
      const served = makeTree({ 'a.c': 'needle' })
      const program = start([...anyPort, ...limits, '--rg', rg, served.root])
      const url = await program.url
      const answers = [1, 2].map((context) => fetch(`${url}api/search?q=needle&context=${context}`))
      const keptAlive = await fetch(`${url}healthz`)
      expect(await keptAlive.text()).toBe('ok\n')
      await until(() => tails(program).length === 2)
      const pids = tails(program)
      const began = performance.now()
      program.process.kill(signal)
      const { code, stderr } = await program.ended
      expect([code, stderr]).toEqual([0, ''])
      expect(performance.now() - began).toBeLessThan(2_000)
      for (const answer of await Promise.all(answers)) {
        expect(JSON.parse((await answer.text()).trim().split('\n').at(-1)!)).toMatchObject({
          type: 'done',
          ledger: { end: 'stopped', stoppedBy: 'shutdown' },
        })
      }
      expect(processesWith('tail', pids)).toEqual([])
    },
  )

  it('after SIGTERM is clean before it listens', async () => {
    const tree = makeTree(files)
    const program = start([...anyPort, '--rg', slowRg(tree, '*--version*'), tree.root])
    await until(() => tails(program).length === 1)
    program.process.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('after SIGTERM is quick while the corpus is listed', async () => {
    const tree = makeTree(files)
    const program = start([...anyPort, '--rg', slowRg(tree, '*--files*'), tree.root])
    const waiting = fetch(await program.url).catch(() => undefined)
    await until(() => tails(program).length === 1)
    const began = performance.now()
    program.process.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' })
    expect(performance.now() - began).toBeLessThan(2_000)
    await waiting
  })

  it('takes every process with it, however it comes', async () => {
    const tree = makeTree(files)
    const program = start([...anyPort, '--rg', slowRg(tree, '*--files*'), tree.root])
    await until(() => tails(program).length === 1)
    const pids = descendantsOf(program.process.pid!)
    expect(processesWith('scan-process', pids)).toHaveLength(1)
    program.process.kill('SIGKILL')
    await program.ended
    await until(() => processesWith('tail', pids).length === 0)
    await until(() => processesWith('scan-process', pids).length === 0)
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'takes the ripgreps with it that wait to be needed (%s)',
    async (signal) => {
      const program = start([...anyPort, makeTree({ 'a.c': 'needle' }).root])
      const url = await program.url
      const rgs = (pids = descendantsOf(program.process.pid!)) =>
        pids.filter((pid) => nameOf(pid) === 'rg')
      await (await fetch(`${url}api/search?q=needle`)).text()
      await until(() => rgs().length === 3)
      const pids = descendantsOf(program.process.pid!)
      const [shell] = processesWith('mkfifo', pids)
      const [fifo] = readFileSync(`/proc/${shell}/cmdline`, 'utf8').match(/\/\S*ripline-[^/]*/)!
      expect(existsSync(fifo)).toBe(true)
      program.process.kill(signal)
      await program.ended
      if (signal === 'SIGTERM') expect(existsSync(fifo)).toBe(false)
      await until(() => !existsSync(fifo))
      await until(() => rgs(pids).length === 0 && processesWith('mkfifo', pids).length === 0)
    },
  )

  it('takes the searches with it that had been started ahead', async () => {
    const served = makeTree({ 'a.c': 'needle' })
    const waits = `cat "$RIPGREP_CONFIG_PATH" > /dev/null; exec /usr/bin/tail -f /dev/null`
    const rg = script(
      makeTree(),
      'slow-rg',
      `#!/bin/sh\nPATH=/usr/bin:/bin\n[ "$RIPGREP_CONFIG_PATH" ] || exec ${rgPath} "$@"\n${waits}\n`,
    )
    const program = start([...anyPort, '--rg', rg, served.root])
    const url = await program.url
    const answer = fetch(`${url}api/search?q=needle`).catch(() => undefined)
    await until(() => tails(program).length === 1)
    const pids = descendantsOf(program.process.pid!)
    program.process.kill('SIGKILL')
    await program.ended
    await until(() => processesWith('tail', pids).length === 0)
    await until(() => processesWith('mkfifo', pids).length === 0)
    await answer
  })
})

/** A process's name; empty for one that has gone. */
function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}

/** The children of a process, their children, … */
function descendantsOf(pid: number): readonly string[] {
  const parents = readdirSync('/proc').flatMap((entry): [string, string][] => {
    try {
      return [[entry, /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))![1]!]]
    } catch {
      return []
    }
  })
  const found = [`${pid}`]
  for (const above of found) {
    found.push(...parents.filter(([, parent]) => parent === above).map(([child]) => child))
  }
  return found.slice(1)
}
