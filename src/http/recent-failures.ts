/** What went wrong lately, for the status page: when and what, and never what was asked for. */
export interface RecentFailures {
  add(what: string, requestId: string): void
  /** The latest first. */
  readonly all: readonly RecentFailure[]
}

export interface RecentFailure {
  /** ISO 8601. */
  readonly at: string
  /** The kind of a failure, or what cut an answer. */
  readonly what: string
  readonly requestId: string
}

const most = 20

export function createRecentFailures(): RecentFailures {
  const all: RecentFailure[] = []
  return {
    add(what, requestId) {
      all.unshift({ at: new Date().toISOString(), what, requestId })
      if (all.length > most) all.pop()
    },
    all,
  }
}
