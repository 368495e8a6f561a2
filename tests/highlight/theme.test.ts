import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kinds } from '../../src/highlight/kinds.ts'

const code = readFileSync('views/assets/code.css', 'utf8')
const style = readFileSync('views/assets/style.css', 'utf8')

/** The light and the dark value of a custom property. */
function valuesOf(name: string): readonly [string, string] {
  const pattern = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`)
  const [, light, dark] = pattern.exec(code + style)!
  return [light!, dark!]
}

/** Relative luminance, as WCAG defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high! + 0.05) / (low! + 0.05)
}

const colours = [...code.matchAll(/--(code-\w+): /g)].map(([, name]) => name!)

describe('the colours of code', () => {
  it.each(colours)('%s can be read, light and dark, also on the line of the address', (name) => {
    for (const ground of ['panel', 'target']) {
      for (const [at, colour] of valuesOf(name).entries()) {
        expect(contrast(colour, valuesOf(ground)[at]!)).toBeGreaterThan(4.5)
      }
    }
  })

  it('are there for every kind', () => {
    expect(colours.length).toBe(9)
    expect(kinds.filter((kind) => kind !== 'plain' && !code.includes(`.h-${kind}`))).toEqual([])
  })
})
