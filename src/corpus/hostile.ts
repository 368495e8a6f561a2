import { readdirSync, statSync } from 'node:fs'
import { absolute } from './path.ts'

/** More rules than anybody has written; ripgrep takes some 300 bytes of memory for each byte of them. */
const mostBytes = 1 << 20

const names = new Set(['.gitignore', '.ignore', '.rgignore'])

/**
 * Ignore files that no listing survives: ripgrep waits for ever for what a FIFO holds, and a device or a giant takes
 * all the memory that it has. To be asked when a listing has failed; it looks into every directory.
 *
 * @returns paths relative to the root, bytes one character each
 */
export function hostileIgnoreFiles(root: string): readonly string[] {
  const found: string[] = []
  const pending = ['']
  for (let above = pending.pop(); above !== undefined; above = pending.pop()) {
    for (const entry of entriesOf(root, above)) {
      const path = `${above}${entry.name.toString('latin1')}`
      if (path === `${above}.git`) {
        if (isHostile(root, `${path}/info/exclude`)) found.push(`${path}/info/exclude`)
      } else if (entry.isDirectory()) pending.push(`${path}/`)
      else if (names.has(entry.name.toString()) && isHostile(root, path)) found.push(path)
    }
  }
  return found
}

function isHostile(root: string, path: string): boolean {
  try {
    const stat = statSync(absolute(root, path))
    return !stat.isDirectory() && (!stat.isFile() || stat.size > mostBytes)
  } catch {
    // A link to nowhere is no ignore file.
    return false
  }
}

function entriesOf(root: string, path: string) {
  try {
    return readdirSync(absolute(root, path), { withFileTypes: true, encoding: 'buffer' })
  } catch {
    return []
  }
}
