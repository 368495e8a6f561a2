import { execFileSync } from 'node:child_process'

/** Functions at the beginning. */
const functions = 60

const words = [
  'tide',
  'lamp',
  'keeper',
  'harbour',
  'rope',
  'mast',
  'signal',
  'chart',
  'bell',
  'fog',
]

/**
 * A repository of one branch and two files, the same every time: functions that come, go, move and are edited, with
 * the lines that every program repeats.
 */
export function makeHistory(directory: string, commits: number): void {
  const git = (args: readonly string[], input = '') =>
    execFileSync('git', ['-C', directory, ...args], { input, stdio: ['pipe', 'ignore', 'ignore'] })
  git(['init', '--quiet', '--initial-branch=main'])
  const below = lcg(7)
  const word = () => words[below(words.length)]!
  let named = 0
  const statement = () =>
    [
      `    ${word()} = ${word()}(${below(50)});`,
      `    if (${word()} < ${below(9)}) return -1;`,
      `    ${word()}->${word()} += ${below(4)};`,
      '    count++;',
      '    // then the next one',
      '',
    ][below(6)]!
  const makeFunction = () => [
    `static int ${word()}_${word()}_${named++}(struct ${word()} *${word()})`,
    '{',
    ...Array.from({ length: 4 + below(12) }, statement),
    '    return 0;',
    '}',
    '',
  ]
  const files = ['src/one.c', 'src/two.c'].map((path) => ({
    path,
    blocks: Array.from({ length: functions }, makeFunction),
  }))
  const stream: string[] = []
  for (let i = 0; i < commits; i++) {
    const changed = i === 0 ? files : [files[below(files.length)]!]
    if (i > 0) edit(changed[0]!.blocks, below, statement, makeFunction)
    stream.push(
      'commit refs/heads/main\n',
      `committer A <a@example.org> ${1_600_000_000 + i * 3_600} +0000\n`,
      `data 2\n${i % 10}\n\n`,
    )
    for (const { path, blocks } of changed) {
      const text = `${blocks.flat().join('\n')}\n`
      stream.push(`M 100644 inline ${path}\n`, `data ${Buffer.byteLength(text)}\n${text}\n`)
    }
  }
  git(['fast-import', '--quiet'], stream.join(''))
}

function edit(
  blocks: string[][],
  below: (most: number) => number,
  statement: () => string,
  makeFunction: () => string[],
): void {
  const at = below(blocks.length)
  const block = blocks[at]!
  const line = 2 + below(Math.max(1, block.length - 4))
  switch (below(8)) {
    case 0:
      blocks.splice(at, 0, makeFunction())
      break
    case 1:
      if (blocks.length > functions / 2) blocks.splice(at, 1)
      break
    case 2:
      // Copied, and renamed: the same lines stand twice.
      blocks.splice(below(blocks.length), 0, [makeFunction()[0]!, ...block.slice(1)])
      break
    case 3:
      blocks.splice(below(blocks.length), 0, ...blocks.splice(at, 1))
      break
    case 4:
    case 5:
      block.splice(line, 0, statement())
      break
    case 6:
      if (block.length > 8) block.splice(line, 1)
      break
    default:
      block[line] = statement()
  }
}

function lcg(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
