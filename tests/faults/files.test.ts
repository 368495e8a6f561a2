import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { fakeRg } from '../http/fake-rg.ts'
import { unprivileged } from '../start/program.ts'
import { openDescriptors, until } from '../support/processes.ts'
import { type ServerOptions, startServer } from '../support/server.ts'
import type { Tree } from '../support/tree.ts'
import { mount } from './mount.ts'
import {
  ask,
  expectWell,
  printed,
  type Served,
  smallCorpus,
  startServed,
  whileAlive,
} from './survived.ts'

async function serve(tree: Tree, options: ServerOptions = {}): Promise<Served & { url: string }> {
  // An answer that is kept would be no search.
  const limits = { seconds: 60, cacheBytes: 0, ...options.limits }
  const { url, get } = await startServer(tree, { launcher: true, ...options, limits })
  return { url, get, pid: process.pid, root: tree.root }
}

/** Reads the files, and tells what it found in them when it is let go of. */
const holdingBack = `real "$@" > $0.$$.said; code=$?; mv $0.$$.said $0.$$.all; held; cat $0.$$.all; exit $code`

/** Searches while something happens between ripgrep's reading and our hearing of it. */
async function askMeanwhile(tree: Tree, happen: () => void) {
  const rg = fakeRg(holdingBack)
  const server = await serve(tree, { rgPath: rg.path })
  const directory = rg.path.replace(/\/rg$/, '')
  const answer = await whileAlive(server, async () => {
    const asked = ask(server)
    const haveRead = () => readdirSync(directory).filter((name) => name.endsWith('.all')).length
    // The first file alone, and the others.
    await until(() => haveRead() === 2)
    happen()
    rg.open()
    return asked
  })
  return { server, answer }
}

describe('faults', () => {
  it.each([
    ['root removed and put back', (_root: string) => {}],
    ['root becomes a file', (root: string) => writeFileSync(root, 'needle\n')],
  ])('%s', async (_row, stand) => {
    const tree = smallCorpus()
    const server = await serve(tree)
    const away = `${tree.root}-away`
    renameSync(tree.root, away)
    try {
      stand(tree.root)
      // What was listed cannot be read, which is said.
      expect(await whileAlive(server, () => ask(server))).toMatchObject({
        ...{ status: 200, lines: [], leftOut: { unreadable: 4 } },
      })
      for (const page of ['view', 'raw']) {
        expect((await server.get(`${page}/${tree.name}/a.txt`)).status).toBe(404)
      }
    } finally {
      rmSync(tree.root, { force: true })
      renameSync(away, tree.root)
    }
    await expectWell(server)
  })

  it('corpus directory unmounted and back', async () => {
    const tree = smallCorpus()
    const server = await serve(tree, { rescanMs: 100 })
    const away = `${tree.root}-away`
    renameSync(tree.root, away)
    mkdirSync(tree.root)
    try {
      // Nothing is there, and nothing is said to be.
      const answer = () => ask(server)
      await expect.poll(answer, { timeout: 20_000 }).toMatchObject({
        ...{ status: 200, end: 'complete', lines: [], leftOut: { unreadable: 0 } },
      })
      const status = await (await server.get('status?format=json')).json()
      expect(status.corpus.files).toBe(0)
    } finally {
      rmSync(tree.root, { recursive: true })
      renameSync(away, tree.root)
    }
    await expect.poll(async () => (await ask(server)).lines.length, { timeout: 20_000 }).toBe(4)
    await expectWell(server)
  })

  it.each([
    ['removed', (path: Buffer) => rmSync(path), ['changed']],
    ['truncated', (path: Buffer) => truncateSync(path, 12), []],
    ['grown', (path: Buffer) => appendFileSync(path, 'one needle more\n'), []],
  ])('file %s while searched', async (_row, change, leftOut) => {
    const tree = smallCorpus()
    const before = printed(tree.root)
    const { server, answer } = await askMeanwhile(tree, () => change(tree.at('a.txt')))
    expect(answer).toMatchObject({ status: 200, end: 'complete' })
    // What stood there, or what stands there now, and nothing between.
    expect([before, printed(tree.root)]).toContainEqual(answer.lines)
    const said = Object.entries(answer.leftOut).filter(([, count]) => count > 0)
    expect(said).toEqual(leftOut.map((reason) => [reason, 1]))
    await expectWell(server)
  })

  it.each([
    ['removed', (path: Buffer) => rmSync(path), 'whole'],
    ['truncated', (path: Buffer) => truncateSync(path, 1_000), 'cut off'],
    ['grown', (path: Buffer) => appendFileSync(path, 'x'), 'whole'],
  ])('file %s while viewed', async (_row, change, end) => {
    const tree = smallCorpus()
    // More than lies in any buffer on the way.
    const bytes = 40_000_000
    tree.write('big.log', Buffer.alloc(bytes, 'x'))
    const server = await serve(tree)
    const answer = await whileAlive(server, async () => {
      // Another request stands behind, whose answer must not be taken for the rest.
      const paths = [`raw/${tree.name}/big.log`, 'robots.txt']
      const socket = await asked(server.url, paths)
      change(tree.at('big.log'))
      return rest(socket)
    })
    if (end === 'whole') {
      expect(answer.indexOf('HTTP/1.1 200', 1)).toBe(answer.indexOf('\r\n\r\n') + 4 + bytes)
    } else expect(answer.indexOf('HTTP/1.1 200', 1)).toBe(-1)
    await expectWell(server)
  })

  it.each([
    ['file', 'a.txt'],
    ['directory', 'deep'],
  ])('unreadable %s', async (_row, name) => {
    const tree = smallCorpus()
    // Root may read everything, and others may not read what root has made.
    spawnSync('chmod', ['-R', 'a+rX', tree.root])
    const server = await startServed(tree, ['--no-index', '--rescan-seconds', '0.1'], unprivileged)
    await expectWell(server)
    const all = printed(tree.root)
    const others = all.filter((line) => !line.startsWith(name))
    chmodSync(tree.at(name), 0)
    try {
      expect(await whileAlive(server, () => ask(server))).toMatchObject({
        ...{ status: 200, end: 'complete', lines: others },
      })
      // When all has been listed and counted again, it is still said.
      const listed = async () =>
        (await (await server.get('status?format=json')).json()).corpus.leftOut.unreadable
      await expect.poll(listed, { timeout: 20_000 }).toBe(1)
      expect(await ask(server)).toMatchObject({ lines: others, leftOut: { unreadable: 1 } })
    } finally {
      chmodSync(tree.at(name), 0o755)
    }
    await expect.poll(async () => (await ask(server)).lines, { timeout: 20_000 }).toEqual(all)
    await expectWell(server)
  })

  it('FIFO, socket, device and loop in the corpus', async () => {
    const tree = smallCorpus()
    expect(spawnSync('mkfifo', [`${tree.root}/fifo`]).status).toBe(0)
    const socket = createServer().listen(`${tree.root}/socket`)
    // Not for everybody.
    const hasDevice = spawnSync('mknod', [`${tree.root}/device`, 'c', '1', '5']).status === 0
    symlinkSync('.', `${tree.root}/loop`)
    symlinkSync('self', `${tree.root}/self`)
    symlinkSync('/dev/zero', `${tree.root}/zero`)
    try {
      const server = await serve(tree)
      expect(await whileAlive(server, () => ask(server))).toMatchObject({
        ...{ end: 'complete', lines: printed(tree.root) },
        leftOut: { links: 3, special: hasDevice ? 3 : 2 },
      })
      for (const name of ['fifo', 'socket', 'device', 'loop/a.txt', 'self', 'zero']) {
        for (const page of ['view', 'raw', 'image']) {
          expect((await server.get(`${page}/${tree.name}/${name}`)).status).toBe(404)
        }
      }
      await expectWell(server)
    } finally {
      socket.close()
    }
  })

  it('file becomes a FIFO', async () => {
    const tree = smallCorpus()
    const server = await serve(tree, { limits: { seconds: 1 } })
    const content = readFileSync(tree.at('a.txt'))
    rmSync(tree.at('a.txt'))
    spawnSync('mkfifo', [`${tree.root}/a.txt`])
    // ripgrep waits there for ever; it is passed over when its time is up, and the others are had behind it.
    const answer = await whileAlive(server, () => ask(server))
    expect(answer).toMatchObject({ status: 200, end: 'stopped', stoppedBy: 'time' })
    const others = printed(tree.root).filter((line) => !line.startsWith('a.txt'))
    const lines = [...answer.lines]
    for (let after = answer.cursor; after !== null; ) {
      const next = await ask(server, `q=needle&after=${after}`)
      lines.push(...next.lines)
      after = next.cursor
    }
    expect(lines.sort()).toEqual(others)
    for (const page of ['view', 'raw']) {
      expect((await server.get(`${page}/${tree.name}/a.txt`)).status).toBe(404)
    }
    rmSync(tree.at('a.txt'))
    writeFileSync(tree.at('a.txt'), content)
    await expectWell(server)
  })

  it('disk read error (ripgrep says so)', async () => {
    const tree = smallCorpus()
    const rg = fakeRg(`for path; do shift
      case $path in
        */deep/c.c) echo "rg: $path: Input/output error (os error 5)" >&2; set -- "$@" /none;;
        *) set -- "$@" "$path";;
      esac
    done; real "$@"`)
    const server = await serve(tree, { rgPath: rg.path })
    const others = printed(tree.root).filter((line) => !line.startsWith('deep/c.c'))
    expect(await whileAlive(server, () => ask(server))).toMatchObject({
      ...{ status: 200, end: 'complete', lines: others, leftOut: { unreadable: 1 } },
    })
    rg.become('real "$@"')
    await expectWell(server)
  })

  it.skipIf(!mount.isAllowed)('disk read error (of our own reading)', async () => {
    const tree = smallCorpus()
    tree.write('speed/speed', 'needle\n')
    let unmount = () => {}
    try {
      // A regular file, of which the system says that it cannot be read.
      const { server, answer } = await askMeanwhile(tree, () => {
        unmount = mount.bind('/sys/devices/virtual/net/lo', `${tree.root}/speed`)
      })
      const others = printed(tree.root).filter((line) => !line.startsWith('speed/'))
      expect(answer).toMatchObject({
        ...{ status: 200, end: 'complete', lines: others, leftOut: { unreadable: 1 } },
      })
      const before = openDescriptors()
      for (let i = 0; i < 20; i++) {
        for (const page of ['view', 'raw', 'image']) {
          const { status } = await server.get(`${page}/${tree.name}/speed/speed`)
          expect([page, status]).toEqual([page, 500])
        }
      }
      // Connections come and go, but not so many.
      expect(openDescriptors() - before).toBeLessThan(20)
      unmount()
      await expectWell(server)
    } finally {
      unmount()
    }
  })
})

/** A connection on which these were asked for, one behind the other, and of the first answer the head has come. */
async function asked(url: string, paths: readonly string[]): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  for (const [i, path] of paths.entries()) {
    const connection = i === paths.length - 1 ? 'close' : 'keep-alive'
    socket.write(`GET /${path} HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\n\r\n`)
  }
  await once(socket, 'readable')
  return socket
}

/** All that comes on a connection until it is closed, or reset. */
async function rest(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}
