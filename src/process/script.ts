import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The path of a script of ours, by a module that it stands beside and whose ending it has: .ts from source, .js when
 * built.
 *
 * @param module its `import.meta.url`
 * @param name without the ending
 */
export const scriptBeside = (module: string, name: string): string =>
  fileURLToPath(new URL(`./${name}${extname(fileURLToPath(module))}`, module))
