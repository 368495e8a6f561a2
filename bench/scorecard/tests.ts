import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atLeast, atMost, type Row } from './row.ts'

/** A row that stands in tests: they are run here, with as many runs of what is random as the row asks for. */
export interface TestRow {
  readonly id: string
  readonly what: string
  readonly files: readonly string[]
  /** Only the tests whose name holds this. */
  readonly only?: string
  readonly runs?: Readonly<Record<string, number>>
  /** How many tests there must be. */
  readonly tests: number
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs the tests of a row. @param share of the runs of what is random that the row asks for */
export async function testRow(asked: TestRow, share: number): Promise<Row> {
  const row = { ...asked, runs: shortened(asked.runs ?? {}, share) }
  const scratch = mkdtempSync(join(tmpdir(), 'ripline-scorecard-'))
  const report = join(scratch, 'report.json')
  try {
    const child = spawn(
      process.execPath,
      [
        ...['node_modules/vitest/vitest.mjs', 'run', ...row.files],
        ...['--reporter=json', `--outputFile=${report}`, '--maxWorkers=1'],
        ...(row.only === undefined ? [] : [`--testNamePattern=${row.only}`]),
      ],
      { cwd: root, env: { ...process.env, ...environment(row) }, stdio: 'ignore' },
    )
    await once(child, 'exit')
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const failed = testResults.flatMap(
      (file: { assertionResults: readonly { status: string; title: string }[] }) =>
        file.assertionResults.filter(({ status }) => status === 'failed').map(({ title }) => title),
    )
    return {
      id: row.id,
      what: `${row.what} (${spelled(row)})`,
      targets: [
        atLeast('tests passed', row.tests, numPassedTests),
        atMost('tests failed', 0, numFailedTests, failed.slice(0, 5).join('; ') || undefined),
      ],
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const shortened = (runs: Readonly<Record<string, number>>, share: number) =>
  Object.fromEntries(
    Object.entries(runs).map(([name, number]) => [name, Math.max(1, Math.round(number * share))]),
  )

const environment = ({ runs = {} }: TestRow): Record<string, string> =>
  Object.fromEntries(Object.entries(runs).map(([name, number]) => [name, String(number)]))

/** The command that runs a row by hand. */
function spelled(row: TestRow): string {
  const variables = Object.entries(environment(row)).map(([name, value]) => `${name}=${value} `)
  const only = row.only === undefined ? '' : ` -t '${row.only}'`
  return `\`${variables.join('')}npx vitest run ${row.files.join(' ')}${only}\``
}
