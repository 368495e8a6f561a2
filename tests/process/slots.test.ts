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

  it('go to whoever has least, and among equals to whoever has come, or was served, longest ago', async () => {
    const slots = createSlots({ count: 2, queue: 20, waitMs: 60_000 })
    const order: string[] = []
    const held: Slot[] = []
    const ask = (client: string) =>
      slots
        .of(client, 20)
        .acquire(nobody())
        .then((slot) => {
          order.push(client)
          held.push(slot!)
        })
    const asked = ['a', 'a', 'a', 'a', 'b', 'a', 'b', 'c'].map(ask)
    while (order.length < 8) {
      await Promise.resolve()
      if (held.length > 0 && slots.running === 2) held.shift()!.release()
    }
    await Promise.all(asked)
    expect(order).toEqual(['a', 'a', 'b', 'a', 'c', 'b', 'a', 'a'])
  })

  it('are waited for by one client as often as its share, however many others wait', async () => {
    const slots = createSlots({ count: 1, queue: 8, waitMs: 60_000 })
    await slots.acquire(nobody())
    const waiting = [slots.of('a', 2).acquire(nobody()), slots.of('a', 2).acquire(nobody())]
    expect(await slots.of('a', 2).acquire(nobody())).toBe(undefined)
    expect(await slots.of('a', 2).hasRoom(nobody())).toBe(false)
    expect(await slots.of('b', 2).hasRoom(nobody())).toBe(true)
    const other = slots.of('b', 2).acquire(nobody())
    expect(slots.waiting).toBe(3)
    expect(await Promise.race([...waiting, other, 'nobody has come'])).toBe('nobody has come')
  })

  it('are waited for by no more than the queue holds, whosever they are', async () => {
    const slots = createSlots({ count: 1, queue: 3, waitMs: 60_000 })
    await slots.acquire(nobody())
    const waiting = ['a', 'b', 'c'].map((client) => slots.of(client, 2).acquire(nobody()))
    expect(await slots.of('d', 2).acquire(nobody())).toBe(undefined)
    expect(await slots.hasRoom(nobody())).toBe(false)
    expect(await slots.of('d', 2).hasRoom(nobody())).toBe(false)
    expect(slots.waiting).toBe(3)
    expect(await Promise.race([...waiting, 'nobody has come'])).toBe('nobody has come')
  })

  it('are refused at once, but to those who ask again too early: they wait until they may, and take their turn', async () => {
    const slots = createSlots({ count: 1, queue: 1, waitMs: 60_000 })
    const taken = (await slots.acquire(nobody()))!
    const other = new AbortController()
    const waiting = slots.of('other', 1).acquire(other.signal)
    const hasty = slots.of('hasty', 1)
    const none = slots.of('patient', 1)
    expect(await hasty.hasRoom(nobody())).toBe(false)
    let told: boolean | undefined
    const again = hasty.hasRoom(nobody()).then((hasRoom) => {
      told = hasRoom
    })
    // Neither another client, nor those who cannot be told apart, are kept waiting for it.
    expect(await none.hasRoom(nobody())).toBe(false)
    expect([await slots.hasRoom(nobody()), await slots.hasRoom(nobody())]).toEqual([false, false])
    expect(told).toBe(undefined)
    await again
    expect(told).toBe(false)
    const third = hasty.hasRoom(nobody())
    taken.release()
    const second = (await waiting)!
    second.release()
    expect(await third).toBe(true)
    expect(await hasty.acquire(nobody())).toBeDefined()
  })

  it('are asked for in vain by one who leaves, who is not waited for', async () => {
    const slots = createSlots({ count: 1, queue: 0, waitMs: 60_000 })
    await slots.acquire(nobody())
    const hasty = slots.of('hasty', 1)
    const client = new AbortController()
    expect(await hasty.hasRoom(nobody())).toBe(false)
    const again = hasty.hasRoom(client.signal)
    client.abort()
    expect(
      await Promise.race([again, new Promise((resolve) => setTimeout(resolve, 500, 'late'))]),
    ).toBe(false)
    expect(getEventListeners(client.signal, 'abort')).toHaveLength(0)
  })

  it('are free again for others when a search is in the slow lane, which has as many places', async () => {
    const slots = createSlots({ count: 1, queue: 8, waitMs: 60_000 })
    const moved: string[] = []
    const first = (await slots.acquire(nobody()))!
    const second = slots.acquire(nobody())
    first.slowDown(() => moved.push('first'))
    expect(slots).toMatchObject({ slow: 1, running: 2, waiting: 0 })
    const other = (await second)!
    other.slowDown(() => moved.push('second'))
    expect(slots).toMatchObject({ slow: 1, running: 2 })
    const third = slots.acquire(nobody())
    expect(slots.waiting).toBe(1)
    // Its place is taken at once by the one who wants it, and that one's slot by who waits.
    first.release()
    expect(moved).toEqual(['first', 'second'])
    ;(await third)!.release()
    expect(slots).toMatchObject({ slow: 1, running: 1, searches: 1 })
    other.release()
    expect(slots).toMatchObject({ slow: 0, running: 0, searches: 0 })
  })

  it('never number more than there are, and come back, whatever happens', async () => {
    type Step = 'acquire' | 'abort' | 'release' | 'spare' | 'slow down'
    const steps = fc.array(
      fc.tuple(
        fc.constantFrom<Step>('acquire', 'acquire', 'abort', 'release', 'spare', 'slow down'),
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
            asked.push(
              slots
                .of(`${which % 3}`, 3)
                .acquire(client.signal)
                .then(keep),
            )
          } else if (step === 'spare') keep(slots.spare())
          else if (step === 'abort') clients[which % (clients.length || 1)]?.abort()
          else if (step === 'slow down') held[which % (held.length || 1)]?.slowDown(() => {})
          else held.splice(which % (held.length || 1), 1)[0]?.release()
          await Promise.resolve()
          expect(slots.slow).toBeLessThanOrEqual(count)
          expect(slots.running - slots.slow).toBeLessThanOrEqual(count)
          expect(slots.waiting).toBeLessThanOrEqual(4)
          expect(slots.waiting > 0 && slots.running - slots.slow < count).toBe(false)
        }
        for (const client of clients) client.abort()
        await Promise.all(asked)
        for (const slot of held) slot.release()
        expect(slots).toMatchObject({ running: 0, slow: 0, searches: 0, waiting: 0 })
      }),
    )
  })
})
