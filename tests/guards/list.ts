import { faultGuards } from './faults.ts'
import type { Guard } from './guard.ts'
import { hostileGuards } from './hostile.ts'

/** All guards. `npm run guards` takes each out, in a copy, and says which of them no test misses. */
export const guards: readonly Guard[] = [...hostileGuards, ...faultGuards]
