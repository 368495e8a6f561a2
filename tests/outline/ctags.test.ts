import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { openOutlines } from '../../src/outline/outline.ts'
import { samples } from './samples.ts'

const outlines = openOutlines()
afterAll(() => outlines.close())

describe('what Universal Ctags finds, the outline has, and nothing else', () => {
  it.each(samples)(
    '$name: $file',
    async ({ name, file, language, kinds, onlyCtags = {}, onlyOurs = {} }) => {
      const expected = readFileSync(new URL(`expected/${name}.txt`, import.meta.url), 'utf8')
      const tags = expected.split('\n').flatMap((row) => {
        const [, line, kind, tag] = /^(\d+) (\S+) (.*)$/.exec(row) ?? []
        const known = kinds[kind ?? '']
        return known ? [{ at: `${line} ${tag}`, kinds: known }] : []
      })
      const outline = await outlines.of(readFileSync(file, 'utf8'), language)
      if (outline.kind !== 'outline') throw new Error(outline.kind)
      const ours = new Map(outline.symbols.map(({ line, name, kind }) => [`${line} ${name}`, kind]))

      expect(tags.length).toBeGreaterThan(0)
      const missing = tags.filter(({ at }) => !ours.has(at)).map(({ at }) => at)
      expect(missing).toEqual(Object.keys(onlyCtags))
      const otherKind = tags.flatMap(({ at, kinds }) => {
        const kind = ours.get(at)
        return kind === undefined || kinds.includes(kind) ? [] : [{ at, kind, kinds }]
      })
      expect(otherKind).toEqual([])
      const known = new Set(tags.map(({ at }) => at))
      const more = [...ours.keys()].filter((at) => !known.has(at))
      expect(more).toEqual(Object.keys(onlyOurs))
    },
  )
})
