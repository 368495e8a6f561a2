import { describe, expect, it } from 'vitest'
import { openCorpus } from '../../src/corpus/corpus.ts'
import { buildApp } from '../../src/http/app.ts'
import { startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'

const tree = () => makeTree({ 'a.txt': 'needle\n' })

describe('readyz', () => {
  it('says ok when searches work, also to a HEAD, and healthz always', async () => {
    const server = await startServer(tree())
    for (const path of ['readyz', 'healthz']) {
      const answer = await server.get(path)
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, 'ok\n'])
      expect((await server.get(path, { method: 'HEAD' })).status).toBe(200)
    }
  })

  it.each([
    ['is not there', () => '/nowhere/rg'],
    ['crashes', () => fakeRg('kill -SEGV $$').path],
    ['is another program', () => fakeRg('echo hello').path],
    ['fails', () => fakeRg('real "$@"; exit 2').path],
    ['says nothing for ever', () => fakeRg('exec sleep 1000').path],
  ])('says 503 when ripgrep %s', async (_how, rg) => {
    const server = await startServer(tree(), { rgPath: rg() })
    const answer = await server.get('readyz')
    expect([answer.status, await answer.text()]).toEqual([503, 'ripgrep does not run\n'])
    expect((await server.get('readyz', { method: 'HEAD' })).status).toBe(503)
    expect((await server.get('healthz')).status).toBe(200)
  })

  it('tries ripgrep once, however many ask', async () => {
    const rg = fakeRg('real "$@"')
    const server = await startServer(tree(), { rgPath: rg.path })
    const all = await Promise.all(Array.from({ length: 20 }, () => server.get('readyz')))
    expect(all.map(({ status }) => status)).toEqual(Array(20).fill(200))
    await server.get('readyz')
    expect(rg.starts()).toEqual(['--version'])
  })

  it('says 503 before the corpus is listed, and starts nothing', async () => {
    const listing = fakeRg('held; real "$@"')
    const running = fakeRg('real "$@"')
    const server = await startServer(tree())
    const config = { ...server.config, rgPath: running.path }
    const corpus = openCorpus({ ...config, rgPath: listing.path, maxFileBytes: 1_000 })
    const app = await buildApp({
      ...{ config, corpus, index: undefined, slots: server.slots, launcher: undefined },
      ...{ version: '0.0.0', ripgrep: '15.0.0' },
    })
    try {
      const early = await app.inject('/readyz')
      expect([early.statusCode, early.body]).toEqual([503, 'listing the corpus\n'])
      expect((await app.inject('/healthz')).statusCode).toBe(200)
      expect(running.starts()).toEqual([])
      listing.open()
      await corpus.listed
      expect((await app.inject('/readyz')).statusCode).toBe(200)
    } finally {
      await app.close()
    }
  })
})
