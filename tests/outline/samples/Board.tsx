import { type ReactNode, useEffect, useState } from 'react'

export type Direction = 'in' | 'out'

export interface Departure {
  readonly id: string
  readonly leaves: Date
  readonly to: string
}

export enum Status {
  OnTime = 'on time',
  Late = 'late',
}

type Formatter = (departure: Departure) => string

/** How many minutes until then. */
export function minutesUntil(date: Date, now = new Date()): number {
  const toMinutes = (ms: number) => Math.round(ms / 60_000)
  return toMinutes(date.getTime() - now.getTime())
}

export const timeOf: Formatter = ({ leaves }) => leaves.toTimeString().slice(0, 5)

function* batches<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size)
}

export class Feed<T extends Departure> {
  #listeners = new Set<(all: readonly T[]) => void>()
  static readonly path = '/api/departures'

  constructor(private readonly url: string) {}

  listen(listener: (all: readonly T[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async refresh(): Promise<void> {
    const all: T[] = await (await fetch(this.url)).json()
    for (const listener of this.#listeners) listener(all)
  }

  get size(): number {
    return this.#listeners.size
  }
}

abstract class Row {
  abstract render(): ReactNode
  protected key(): string {
    return 'row'
  }
}

export function Board({ feed, direction }: { feed: Feed<Departure>; direction: Direction }) {
  const [all, setAll] = useState<readonly Departure[]>([])
  useEffect(() => feed.listen(setAll), [feed])
  return (
    <table className={direction}>
      {[...batches(all, 10)].map((some, index) => (
        <tbody key={index}>
          {some.map((departure) => (
            <tr key={departure.id}>
              <td>{timeOf(departure)}</td>
              <td>{departure.to}</td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  )
}

namespace Legacy {
  export function sorted(all: Departure[]): Departure[] {
    return all.sort((a, b) => +a.leaves - +b.leaves)
  }
}

export default Board
