import { columnsOver, memoryOf } from './columns.ts'
import type { Scan, ScanOptions } from './scan.ts'

/** What the scan process is asked, with the last complete scan. */
export interface ScanRequest {
  readonly type: 'request'
  readonly options: ScanOptions
  readonly scan: Scan | undefined
}

/** What the scan process says. */
export type ScanMessage =
  /** A new catalog: of what was listed, and again when every file has been looked at. */
  | { readonly type: 'scan'; readonly scan: Scan }
  | { readonly type: 'progress'; readonly looked: number }
  | { readonly type: 'unchanged'; readonly scannedAtMs: number }
  /** The corpus could not be listed, or not all of it: words for the operator. */
  | { readonly type: 'trouble'; readonly message: string }

type Message = ScanRequest | ScanMessage

/** A message as it travels: a line of JSON, and behind it the memory of its columns, if it holds a catalog. */
export function encode(message: Message): readonly Uint8Array[] {
  const scan = 'scan' in message ? message.scan : undefined
  if (!scan) return [headOf(message)]
  const { columns, ...catalog } = scan.catalog
  const { count, paths } = columns
  const bare = { ...catalog, columns: { count, pathBytes: paths.length } }
  return [headOf({ ...message, scan: { ...scan, catalog: bare } }), memoryOf(columns)]
}

const headOf = (head: object): Uint8Array => Buffer.from(`${JSON.stringify(head)}\n`)

/** The messages in a stream; what is cut off at its end is dropped. */
export async function* decode<M extends Message>(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<M> {
  const head: Uint8Array[] = []
  let message: M | undefined
  let memory = new Uint8Array()
  let filled = 0
  for await (let rest of stream) {
    while (rest.length > 0) {
      if (message) {
        const part = rest.subarray(0, memory.length - filled)
        memory.set(part, filled)
        filled += part.length
        rest = rest.subarray(part.length)
      } else {
        const end = rest.indexOf(0x0a)
        head.push(end === -1 ? rest : rest.subarray(0, end))
        if (end === -1) break
        rest = rest.subarray(end + 1)
        ;({ message, memory } = opened<M>(Buffer.concat(head.splice(0)).toString()))
        filled = 0
      }
      if (filled < memory.length) continue
      yield message
      message = undefined
    }
  }
}

/** A message from its first line, and the memory of its columns, which is still to be filled. */
function opened<M extends Message>(line: string): { message: M; memory: Uint8Array<ArrayBuffer> } {
  const message = JSON.parse(line)
  if (!message.scan) return { message, memory: new Uint8Array() }
  const { count, pathBytes } = message.scan.catalog.columns
  const columns = columnsOver(count, pathBytes)
  const catalog = { ...message.scan.catalog, columns }
  return {
    message: { ...message, scan: { ...message.scan, catalog } },
    memory: memoryOf(columns) as Uint8Array<ArrayBuffer>,
  }
}
