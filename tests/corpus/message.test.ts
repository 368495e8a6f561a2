import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, type ScanMessage, type ScanRequest } from '../../src/corpus/message.ts'
import { makeTree } from '../support/tree.ts'
import { optionsOf, scan } from './scanning.ts'

async function heard(chunks: readonly Uint8Array[]) {
  const messages: (ScanMessage | ScanRequest)[] = []
  const stream = async function* () {
    yield* chunks
  }
  for await (const message of decode(stream())) messages.push(message)
  return messages
}

/** Cuts bytes at some places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

describe('what a scan process says', () => {
  const tree = makeTree({ 'a.c': 'x\ny\n', 'b/c.bin': '\0', 'é.md': 'é' })
  tree.write(Buffer.from('\xff.c', 'latin1'), 'x')
  const messages = async (): Promise<(ScanMessage | ScanRequest)[]> => {
    const catalog = await scan(tree.root)
    const empty = await scan(makeTree().root)
    return [
      { type: 'progress', looked: 3 },
      { type: 'scan', scan: { catalog, directories: ['/x'] } },
      { type: 'scan', scan: { catalog: empty, directories: [] } },
      { type: 'trouble', message: 'two\nlines, é, \0' },
      {
        type: 'request',
        options: optionsOf(['/x']),
        changed: ['/x/\xff'],
        isAwaited: true,
        counts: true,
        scan: { catalog, directories: ['/x'] },
      },
      { type: 'unchanged', scannedAtMs: 1 },
    ]
  }

  it('is heard as it was said, however it is cut on the way', async () => {
    const said = await messages()
    const bytes = Buffer.concat(said.flatMap((message) => encode(message)))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 40 }), async (places) => {
        expect(await heard(cut(bytes, places))).toEqual(said)
      }),
    )
    expect(await heard([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(said)
  })

  it('is not heard if it was cut off', async () => {
    const [scanned] = (await messages()).filter(({ type }) => type === 'scan')
    const bytes = Buffer.concat(encode(scanned!))
    for (const end of [0, 1, 50, bytes.indexOf('\n') + 1, bytes.length - 1]) {
      expect(await heard([bytes.subarray(0, end)])).toEqual([])
    }
  })
})
