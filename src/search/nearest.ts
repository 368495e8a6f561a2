/**
 * The names that are meant by one that means nothing: those that a slip or two turn into it, or of which it is a part.
 *
 * @param others to choose from where none is near, and how they are called
 * @returns the end of a sentence; empty if there is nothing to say
 */
export function nearest(
  wanted: string,
  names: readonly string[],
  others: { readonly called: string; readonly names: readonly string[] },
): string {
  const near = names
    .map((name) => ({ name, distance: distanceTo(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance !== undefined)
    .sort((a, b) => a.distance! - b.distance!)
    .slice(0, most)
    .map(({ name }) => name)
  if (near.length > 0) return `; near it: ${near.join(', ')}`
  if (others.names.length === 0) return ''
  const some = others.names.slice(0, most)
  return `; ${others.called} ${some.join(', ')}${some.length < others.names.length ? ', …' : ''}`
}

const most = 5

/** Slips that turn one into the other; `undefined` if they are not near. */
function distanceTo(wanted: string, name: string): number | undefined {
  const allowed = Math.floor(Math.min(wanted.length, name.length) / 3)
  const isPart =
    (wanted.length >= 3 && name.includes(wanted)) || (name.length >= 3 && wanted.includes(name))
  if (isPart) return Math.min(Math.abs(wanted.length - name.length), allowed + 1)
  if (Math.abs(wanted.length - name.length) > allowed) return undefined
  const distance = slips(wanted, name)
  return distance <= allowed ? distance : undefined
}

/** Letters put in, left out, exchanged or swapped with the next one. */
function slips(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const exchanged = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? before[j - 2]! + 1
          : exchanged
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, exchanged, swapped))
    }
    before = last
    last = row
  }
  return last[b.length]!
}
