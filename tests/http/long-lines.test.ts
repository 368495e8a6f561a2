import { expect, it } from 'vitest'
import { jsonLines, startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

const far = `${'x'.repeat(300_000)}needle${'y'.repeat(20_000)}`

it('the link of a match far along a long line leads to a page that shows it', async () => {
  const server = await startServer(makeTree({ 'far.txt': `first\n${far}\n` }))
  const results = await (await server.get('search?q=needle')).text()
  const link = /class="n" href="\/([^"]+#L2)"/.exec(results)![1]!.replaceAll('&amp;', '&')
  expect(link).toMatch(/\?L=2&column=299\d+#L2$/)
  const page = await (await server.get(link)).text()
  const row = /<div class="row in-range" id="L2">.*/.exec(page)![0]
  expect(row).toContain('needle')
  expect(row).toMatch(/299,\d+ characters before/)
  expect(row).toMatch(/more characters on this line/)
})

it('a line whose text or matches were cut names the limits that did it', async () => {
  const server = await startServer(makeTree({ 'many.txt': 'needle '.repeat(500) }))
  const [file] = await jsonLines(await server.get('api/search?q=needle'))
  expect(file.lines[0]).toMatchObject({
    clipped: { column: 0 },
    moreMatches: 400,
    cutBy: ['max-line-bytes', 'max-matches-per-line'],
  })
})

it('a file that was searched in part is counted as such', async () => {
  const server = await startServer(makeTree({ 'a.txt': 'needle\nneedle\n', 'b.txt': 'needle\n' }))
  const events = await jsonLines(await server.get('api/search?q=needle&limit=1'))
  expect(events.at(-1).ledger.searched).toMatchObject({ files: 0, inPart: 1 })
  const page = await (await server.get('search?q=needle&limit=1')).text()
  expect(page).toContain('0 and 1 in part of 2 files')
})

it('an address too long to be read is told so, also when it is longer than any page of ours', async () => {
  const server = await startServer(makeTree({ 'a.txt': 'a\n' }))
  const long = await server.get(`search?q=${'a'.repeat(20_000)}`)
  expect([long.status, (await long.text()).includes('max-query-characters')]).toEqual([400, true])
  const longer = await server.get(`search?q=${'a'.repeat(100_000)}`)
  expect([longer.status, await longer.text()]).toEqual([
    431,
    'This address is too long to be read.\n',
  ])
  expect(longer.headers.get('content-security-policy')).toContain("default-src 'none'")
})
