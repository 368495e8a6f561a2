// Writes the table of settings into README.md, from the settings themselves.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { settings } from '../src/settings.ts'

/** The README with its table of settings made anew. */
export function withSettings(readme: string): string {
  const rows = settings.map(({ name, kind, default: value, help }) => {
    const shown = kind === 'flag' ? (value ? 'on' : 'off') : value === '' ? '' : String(value)
    return `| \`${name}\` | ${shown} | ${help} |`
  })
  const table = ['| setting | default | |', '|---|---|---|', ...rows].join('\n')
  return readme.replace(
    /<!-- settings -->[\s\S]*<!-- \/settings -->/,
    () => `<!-- settings -->\n${table}\n<!-- /settings -->`,
  )
}

const path = fileURLToPath(new URL('../README.md', import.meta.url))
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, withSettings(readFileSync(path, 'utf8')))
}
