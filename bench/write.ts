import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url))

/** Lays a file out as the checks of this repository want it, where their formatter is installed. */
export function formatted(path: string): void {
  if (existsSync(biome)) spawnSync(biome, ['format', '--write', path], { stdio: 'ignore' })
}
