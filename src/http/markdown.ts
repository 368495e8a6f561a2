import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { LeftOut } from '../markdown/render.ts'
import type { DocumentPlace } from '../markdown/target.ts'
import { bounded } from '../process/bounds.ts'
import { startChild } from '../process/child.ts'
import { decodeFrames, encodeFrame, type Frame } from '../process/frames.ts'
import type { MarkdownAnswer, MarkdownRequest } from './markdown-process.ts'

/** Markdown as HTML, made in a process of its own: what a document costs, the server's thread does not pay. */
export interface Markdown {
  /** Never rejects. */
  render(text: string, place: DocumentPlace): Promise<Rendering>
  close(): void
}

export type Rendering =
  | { readonly kind: 'rendered'; readonly html: string; readonly leftOut: readonly LeftOut[] }
  /** `long`: the text, or what becomes of it; `slow`: it takes longer than it may; `busy`: others are before it. */
  | { readonly kind: 'refused'; readonly reason: 'long' | 'slow' | 'busy' | 'broken' }

/** Bytes of a document that is rendered. */
export const mostMarkdownBytes = 524_288
/** UTF-16 units of HTML that may become of it. */
const mostHtml = 4_194_304
const startMs = 10_000
/** After so long a document that could not be rendered is tried again. */
const againMs = 60_000
const mostWaiting = 16
/** UTF-16 units of HTML that are kept for the next one who asks. */
const mostKept = 8_388_608
/** A process with nothing to do ends. */
const idleMs = 60_000

// The script has our own ending: .ts from source, .js when built.
const own = fileURLToPath(import.meta.url)
const script = fileURLToPath(new URL(`./markdown-process${extname(own)}`, import.meta.url))

/** @param mostMs that one document may take */
export function createMarkdown({ mostMs = 3_000 } = {}): Markdown {
  const kept = createKept()
  const making = new Map<string, Promise<Rendering>>()
  let renderer: Renderer | undefined
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const end = () => {
    renderer?.kill()
    renderer = undefined
  }

  /** One after the other: the process has one thread. */
  async function inTurn(text: string, place: DocumentPlace): Promise<Rendering> {
    if (isClosed) return busy
    renderer ??= startRenderer(mostMs)
    const rendering = await renderer.render(text, place)
    if (rendering.kind === 'refused' && rendering.reason !== 'long') end()
    return rendering
  }

  return {
    async render(text, place) {
      if (Buffer.byteLength(text) > mostMarkdownBytes) return { kind: 'refused', reason: 'long' }
      const name = createHash('sha256').update(JSON.stringify(place)).update(text).digest('base64')
      const known = kept.get(name)
      if (known) return known
      if (making.has(name)) return making.get(name)!
      if (making.size >= mostWaiting) return busy
      clearTimeout(idle)
      const rendering = last.then(() => inTurn(text, place))
      last = rendering
      making.set(name, rendering)
      const done = await rendering
      making.delete(name)
      kept.add(name, done)
      if (making.size === 0) idle = setTimeout(end, idleMs).unref()
      return done
    },
    close() {
      isClosed = true
      clearTimeout(idle)
      end()
    },
  }
}

const busy: Rendering = { kind: 'refused', reason: 'busy' }

/** What was rendered of late, and for a while what could not be. */
function createKept() {
  const all = new Map<string, { readonly rendering: Rendering; readonly untilMs: number }>()
  let length = 0
  const remove = (name: string) => {
    length -= lengthOf(all.get(name)!.rendering)
    all.delete(name)
  }
  return {
    get(name: string): Rendering | undefined {
      const found = all.get(name)
      if (!found) return undefined
      remove(name)
      if (found.untilMs < performance.now()) return undefined
      // The ones asked for last are kept longest.
      all.set(name, found)
      length += lengthOf(found.rendering)
      return found.rendering
    },
    add(name: string, rendering: Rendering): void {
      const isFinal = rendering.kind === 'rendered' || rendering.reason === 'long'
      all.set(name, {
        rendering,
        untilMs: isFinal ? Number.POSITIVE_INFINITY : performance.now() + againMs,
      })
      length += lengthOf(rendering)
      for (const oldest of all.keys()) {
        if (length <= mostKept) break
        remove(oldest)
      }
    },
  }
}

const lengthOf = (rendering: Rendering): number =>
  rendering.kind === 'rendered' ? rendering.html.length + 1_000 : 1_000

interface Renderer {
  render(text: string, place: DocumentPlace): Promise<Rendering>
  kill(): void
}

function startRenderer(mostMs: number): Renderer {
  const input = new PassThrough()
  const command = bounded(process.execPath, ['--max-old-space-size=256', script], {})
  const child = startChild(command.file, command.args, { cwd: '/', input })
  const frames = decodeFrames<MarkdownAnswer>(child.stdout)
  const next = () => frames.next().then(({ value }) => value as Frame<MarkdownAnswer> | undefined)
  // How long it takes to start says nothing of a document.
  const ready = within(startMs, next())
  return {
    kill: child.kill,
    async render(text, place) {
      const first = await ready
      if (!first || first === 'late') return { kind: 'refused', reason: 'broken' }
      const head: MarkdownRequest = { place, mostHtml }
      for (const part of encodeFrame({ head, blocks: [Buffer.from(text)] })) input.write(part)
      const answer = await within(mostMs, next())
      if (answer === 'late') return { kind: 'refused', reason: 'slow' }
      return answer ? renderingOf(answer) : { kind: 'refused', reason: 'broken' }
    },
  }
}

/** What it comes to, if it does in time. Never rejects. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | 'late' | undefined> {
  const late = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => late.resolve('late'), ms)
  const first = await Promise.race([promise.catch(() => undefined), late.promise])
  clearTimeout(timer)
  return first
}

function renderingOf({ head, blocks }: Frame<MarkdownAnswer>): Rendering {
  if (head.type !== 'rendered') return { kind: 'refused', reason: 'long' }
  return { kind: 'rendered', html: Buffer.from(blocks[0]!).toString(), leftOut: head.leftOut }
}
