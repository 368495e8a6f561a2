import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { guards } from './list.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('a guard in the list', () => {
  it.each(guards)('stands in $file: $text', ({ file, text, without, test }) => {
    expect(readFileSync(root + file, 'utf8')).toContain(text)
    expect(without).not.toBe(text)
    expect(existsSync(root + test)).toBe(true)
  })
})
