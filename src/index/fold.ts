/** The code points that match each other when case is ignored, without those that match only themselves. */
const classes: Map<number, readonly number[]> = new Map()

/**
 * The code points that a character matches when case is ignored, itself first: Unicode's simple case folding, as
 * ripgrep has it. From JavaScript's own tables: two characters fold alike if one's lower or upper case is the other,
 * through any number of steps.
 */
export function foldsOf(code: number): readonly number[] {
  if (classes.size === 0) fillClasses()
  return classes.get(code) ?? [code]
}

/** Pairs that fold alike though neither is the other's upper or lower case (CaseFolding.txt, since Unicode 15.1). */
const others = [
  [0x390, 0x1fd3],
  [0x3b0, 0x1fe3],
  [0xfb05, 0xfb06],
] as const

/** Beyond, there are no letters with case. */
const last = 0x1ffff

function fillClasses(): void {
  const parent = new Map<number, number>()
  const rootOf = (code: number): number => {
    let root = code
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next
    return root
  }
  const unite = (one: number, other: number) => {
    const [a, b] = [rootOf(one), rootOf(other)]
    if (a !== b) parent.set(Math.max(a, b), Math.min(a, b))
  }
  for (const [one, other] of others) unite(one, other)
  for (let code = 0; code <= last; code++) {
    if (code >= 0xd800 && code < 0xe000) continue
    const character = String.fromCodePoint(code)
    for (const other of [character.toLowerCase(), character.toUpperCase()]) {
      const otherCode = other.codePointAt(0)!
      // What becomes several characters has no simple folding.
      if (other === character || String.fromCodePoint(otherCode) !== other) continue
      unite(code, otherCode)
    }
  }
  const members = new Map<number, number[]>()
  for (const code of parent.keys()) {
    const root = rootOf(code)
    const known = members.get(root)
    if (known) known.push(code)
    else members.set(root, [root, code])
  }
  for (const group of members.values()) {
    for (const code of group) classes.set(code, [code, ...group.filter((other) => other !== code)])
  }
}
