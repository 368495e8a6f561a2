/** Numbers and sizes as people read them. (What `toLocaleString` knows of the world's numbers takes 6 MB.) */
export const count = (value: number): string =>
  `${value}`.replace(/(?<!\.\d*)\B(?=(?:\d{3})+(?!\d))/g, ',')

/** `1 line`, `2 lines`. */
export function plural(value: number, singular: string, several = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : several}`
}

export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  if (unit === 0) return plural(bytes, 'byte')
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** A long while, in its two largest units. */
export function longDuration(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const
  const first = units.findIndex(([, unit]) => seconds >= unit)
  if (first === -1) return 'less than a second'
  let rest = Math.floor(seconds)
  const parts = units.slice(first, first + 2).map(([name, unit]) => {
    const value = Math.floor(rest / unit)
    rest %= unit
    return value === 0 ? '' : plural(value, name)
  })
  return parts.filter((part) => part !== '').join(' ')
}

/** How long ago it was, in its largest unit; dates in commits are whatever somebody's clock has said. */
export function ago(seconds: number, nowMs: number): string {
  const past = nowMs / 1_000 - seconds
  if (!(past >= 0)) return 'in the future'
  const units = [
    ['year', 31_556_952],
    ['month', 2_629_746],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const
  const unit = units.find(([, length]) => past >= length)
  return unit ? `${plural(Math.floor(past / unit[1]), unit[0])} ago` : 'just now'
}

/** A point in time, as ISO 8601 has it, to the second. */
export const moment = (iso: string): string => `${iso.replace('T', ' ').slice(0, 19)} UTC`

export function duration(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
}
