import { decodeFrames, encodeFrame } from '../process/frames.ts'
import type { Absent } from './catalog.ts'
import { columnsOver, memoryOf } from './columns.ts'
import type { Scan, ScanOptions } from './scan.ts'

/** What the scan process is asked. */
export interface ScanRequest {
  readonly type: 'request'
  readonly options: ScanOptions
  /** The last complete one. */
  readonly scan?: Scan | undefined
  /** All that has changed since, if that is known: absolute paths, bytes one character each. */
  readonly changed?: readonly string[] | undefined
  /** Whether somebody waits for it, as for the first one. */
  readonly isAwaited: boolean
  /** Whether what is not in the catalog is to be counted again. The first account is always given. */
  readonly counts: boolean
}

/** What the scan process says. */
export type ScanMessage =
  /** A new catalog: of what was listed, and again when every file has been looked at. */
  | { readonly type: 'scan'; readonly scan: Scan }
  /** What the catalog told before leaves out, by the name of the repository. */
  | { readonly type: 'absent'; readonly absent: Readonly<Record<string, Absent>> }
  | { readonly type: 'progress'; readonly looked: number }
  | { readonly type: 'unchanged'; readonly scannedAtMs: number }
  /** The corpus could not be listed, or not all of it: words for the operator. */
  | { readonly type: 'trouble'; readonly message: string }

type Message = ScanRequest | ScanMessage

/** A message as it travels: the memory of its columns, if it holds a catalog, is a block of its frame. */
export function encode(message: Message): readonly Uint8Array[] {
  const scan = 'scan' in message ? message.scan : undefined
  if (!scan) return encodeFrame({ head: message, blocks: [] })
  const { columns, ...catalog } = scan.catalog
  const { count, paths } = columns
  const bare = { ...catalog, columns: { count, pathBytes: paths.length } }
  const head = { ...message, scan: { ...scan, catalog: bare } }
  return encodeFrame({ head, blocks: [memoryOf(columns)] })
}

/** The messages in a stream; what is cut off at its end is dropped. */
export async function* decode<M extends Message>(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<M> {
  for await (const { head, blocks } of decodeFrames<Bare<M>>(stream)) {
    const { scan } = head
    if (!scan) yield head as unknown as M
    else {
      const { count, pathBytes } = scan.catalog.columns
      const columns = columnsOver(count, pathBytes, blocks[0]!.buffer as ArrayBuffer)
      yield { ...head, scan: { ...scan, catalog: { ...scan.catalog, columns } } } as unknown as M
    }
  }
}

/** A message without the memory of its columns. */
type Bare<M> = Omit<M, 'scan'> & {
  readonly scan?: { readonly catalog: { readonly columns: { count: number; pathBytes: number } } }
}
