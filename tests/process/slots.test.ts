import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSlots, type Slot } from '../../src/process/slots.ts'

const nobody = () => new AbortController().signal

describe('slots', () => {
  it('are given at once while there are any, and then in order of arrival', async () => {
    const slots = createSlots({ count: 2, queue: 10, waitMs: 60_000 })
    const first = await slots.acquire(nobody())
    await slots.acquire(nobody())
    const order: number[] = []
    const later = [3, 4, 5].map(async (name) => {
      const slot = await slots.acquire(nobody())
      order.push(name)
      slot!.release()
    })
    expect(slots).toMatchObject({ running: 2, waiting: 3 })
    first!.release()
    await Promise.all(later)
    expect(order).toEqual([3, 4, 5])
    expect(slots).toMatchObject({ running: 1, waiting: 0 })
  })

  it('released twice are released once', async () => {
    const slots = createSlots({ count: 1, queue: 10, waitMs: 60_000 })
    const first = await slots.acquire(nobody())
    first!.release()
    const second = await slots.acquire(nobody())
    first!.release()
    expect(slots.running).toBe(1)
    second!.release()
    expect(slots.running).toBe(0)
  })

  it('are refused when too many wait, when the wait is too long and after an abort', async () => {
    const slots = createSlots({ count: 1, queue: 1, waitMs: 20 })
    await slots.acquire(nobody())
    const waiting = slots.acquire(nobody())
    expect(await slots.acquire(nobody())).toBe(undefined)
    expect(await waiting).toBe(undefined)
    expect(await slots.acquire(AbortSignal.abort())).toBe(undefined)
    const client = new AbortController()
    const leaving = slots.acquire(client.signal)
    expect(getEventListeners(client.signal, 'abort')).toHaveLength(1)
    client.abort()
    expect(await leaving).toBe(undefined)
    expect(getEventListeners(client.signal, 'abort')).toHaveLength(0)
    expect(slots).toMatchObject({ running: 1, waiting: 0 })
  })

  it('are spared only while nobody waits', async () => {
    const slots = createSlots({ count: 2, queue: 10, waitMs: 60_000 })
    const first = await slots.acquire(nobody())
    const spare = slots.spare()
    expect(spare).toBeDefined()
    expect(slots.spare()).toBe(undefined)
    const waiting = slots.acquire(nobody())
    spare!.release()
    // The one who waits has it, not the next who would like to be spared one.
    expect(slots.spare()).toBe(undefined)
    expect(await waiting).toBeDefined()
    first!.release()
  })

  it('never number more than there are, and come back, whatever happens', async () => {
    type Step = 'acquire' | 'abort' | 'release' | 'spare'
    const steps = fc.array(
      fc.tuple(
        fc.constantFrom<Step>('acquire', 'acquire', 'abort', 'release', 'spare'),
        fc.nat(20),
      ),
      { maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (steps, count) => {
        const slots = createSlots({ count, queue: 4, waitMs: 60_000 })
        const held: Slot[] = []
        const clients: AbortController[] = []
        const keep = (slot: Slot | undefined) => slot && held.push(slot)
        const asked: Promise<unknown>[] = []
        for (const [step, which] of steps) {
          if (step === 'acquire') {
            const client = new AbortController()
            clients.push(client)
            asked.push(slots.acquire(client.signal).then(keep))
          } else if (step === 'spare') keep(slots.spare())
          else if (step === 'abort') clients[which % (clients.length || 1)]?.abort()
          else held.splice(which % (held.length || 1), 1)[0]?.release()
          await Promise.resolve()
          expect(slots.running).toBeLessThanOrEqual(count)
          expect(slots.waiting).toBeLessThanOrEqual(4)
          expect(slots.waiting > 0 && slots.running < count).toBe(false)
        }
        for (const client of clients) client.abort()
        await Promise.all(asked)
        for (const slot of held) slot.release()
        expect(slots).toMatchObject({ running: 0, waiting: 0 })
      }),
    )
  })
})
