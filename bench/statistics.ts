/** The middle of some numbers; of an even number of them the lower of the two. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** The smallest of some numbers that a share of them does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The geometric mean, which is the one for ratios. */
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

/** Rounded to so many digits after the point, for files that people read. */
export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))
