import { fork } from 'node:child_process'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** What a hit looks like in the output. */
  readonly marker: string
  /** Killed after so many hits, as `head` would. */
  readonly stopAfter?: number
}

export interface CommandAnswer {
  /** Milliseconds from before the process was started. */
  readonly firstHit: number | undefined
  readonly whole: number
  readonly hits: number
  readonly bytes: number
  readonly status: number | null
  /** The beginning of what it wrote to standard error. */
  readonly said: string
}

/** Runs commands, timed, in a small process of its own. */
export interface Runner {
  run(command: Command): Promise<CommandAnswer>
  close(): void
}

/** Starts the process that starts commands. */
export function openRunner(): Runner {
  const child = fork(new URL('runner.ts', import.meta.url), { serialization: 'advanced' })
  const waiting = new Map<number, PromiseWithResolvers<CommandAnswer>>()
  child.on('message', ({ id, answer }: { id: number; answer: CommandAnswer }) => {
    waiting.get(id)!.resolve(answer)
    waiting.delete(id)
  })
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the runner has gone'))
  })
  let last = 0
  return {
    run(command) {
      const answer = Promise.withResolvers<CommandAnswer>()
      last += 1
      waiting.set(last, answer)
      child.send({ id: last, command })
      return answer.promise
    },
    close: () => child.disconnect(),
  }
}
