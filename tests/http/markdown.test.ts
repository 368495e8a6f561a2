import { afterAll, describe, expect, it } from 'vitest'
import { createMarkdown, mostMarkdownBytes } from '../../src/http/markdown.ts'
import { foreignIn, place } from '../markdown/markup.ts'
import { childProcesses } from '../support/processes.ts'

const markdown = createMarkdown()
const hasty = createMarkdown({ mostMs: 1 })
afterAll(() => Promise.all([markdown.close(), hasty.close()]))

const whole = (text: string): string =>
  text.repeat(Math.ceil(mostMarkdownBytes / text.length)).slice(0, mostMarkdownBytes)

/** What each kind of parser is slow on. */
const slow: Readonly<Record<string, string>> = {
  'brackets that open': whole('['),
  'pictures that open': whole('!['),
  'links that open': whole('[a]('),
  emphasis: whole('**a _b'),
  quotes: whole('>'),
  lists: Array.from({ length: 1_000 }, (_, i) => `${' '.repeat((i * 2) % 500)}- a`).join('\n'),
  backticks: Array.from({ length: 900 }, (_, i) => '`'.repeat(i)).join(' '),
  'a table of 10,000 columns': `|${'a|'.repeat(10_000)}\n|${'-|'.repeat(10_000)}\n${'|a\n'.repeat(9_000)}`,
  comments: whole('<!--'),
  addresses: whole('http://'),
}

describe('the process that renders', { timeout: 60_000 }, () => {
  it('answers with what the renderer makes, and once for all who ask at a time', async () => {
    const asked = await Promise.all(
      ['# a', '# b', '# a'].map((text) => markdown.render(text, place)),
    )
    expect(asked.map((one) => one.kind === 'rendered' && /id="[^"]*"/.exec(one.html)?.[0])).toEqual(
      ['id="md-a"', 'id="md-b"', 'id="md-a"'],
    )
    expect(asked[2]).toBe(asked[0])
    expect(await markdown.render('# a', place)).toBe(asked[0])
    expect(await markdown.render('# a', { ...place, directory: '' })).not.toBe(asked[0])
  })

  it.each(Object.entries(slow))('comes to an end with %s, and goes on', async (_, text) => {
    const rendering = await markdown.render(text, place)
    if (rendering.kind === 'rendered') expect(foreignIn(rendering.html)).toEqual([])
    else expect(['slow', 'long']).toContain(rendering.reason)
    expect(await markdown.render('next', place)).toMatchObject({ kind: 'rendered' })
  })

  it('gives up on what takes too long, and takes the next', async () => {
    const text = whole('[a](b) ')
    expect(await hasty.render(text, place)).toEqual({ kind: 'refused', reason: 'slow' })
    // It is not tried again at once.
    const before = childProcesses().map(({ pid }) => pid)
    expect(await hasty.render(text, place)).toEqual({ kind: 'refused', reason: 'slow' })
    expect(childProcesses().map(({ pid }) => pid)).toEqual(before)
  })

  it('refuses what is too long, before and after', async () => {
    const long = { kind: 'refused', reason: 'long' }
    expect(await markdown.render(`${whole('a')}a`, place)).toEqual(long)
    const often = `[a]: http://a.example/${'x'.repeat(100_000)}\n\n${'[a]'.repeat(1_000)}`
    expect(await markdown.render(often, place)).toEqual(long)
    expect(await markdown.render('next', place)).toMatchObject({ kind: 'rendered' })
  })

  it('has only so many wait', async () => {
    const asked = await Promise.all(
      Array.from({ length: 40 }, (_, i) => markdown.render(`# ${i}`, place)),
    )
    const reasons = asked.flatMap((one) => (one.kind === 'refused' ? [one.reason] : []))
    expect(new Set(reasons)).toEqual(new Set(['busy']))
    expect(reasons.length).toBe(40 - 16)
  })

  it('is gone when it is closed', async () => {
    const own = createMarkdown()
    const before = new Set(childProcesses().map(({ pid }) => pid))
    await own.render('a', place)
    const started = childProcesses().filter(({ pid }) => !before.has(pid))
    expect(started).toHaveLength(1)
    await own.close()
    expect(childProcesses().map(({ pid }) => pid)).not.toContain(started[0]!.pid)
    expect(await own.render('b', place)).toEqual({ kind: 'refused', reason: 'busy' })
  })
})
