import { emptyForm, type Form } from '../query/parameters.ts'

/** A search that the home page offers. */
export interface Example {
  readonly form: Form
  /** What it shows. */
  readonly text: string
}

const example = (text: string, q: string, more: Partial<Form> = {}): Example => ({
  text,
  form: { ...emptyForm, q, ...more },
})

/** On the demo corpus each of these finds something: a test runs them. */
export const bundledExamples: readonly Example[] = [
  example('literal text, punctuation and all', 'retry('),
  example('a regular expression', String.raw`\b\d{4}-\d{2}-\d{2}\b`, { regex: true }),
  example('whole words', 'tide', { word: true }),
  example('in some files', 'TODO', { path: ['*.go', '*.py'] }),
]

/** For any corpus. */
export const generalExamples: readonly Example[] = [
  example('literal text', 'TODO'),
  example('a regular expression', String.raw`\b[0-9a-f]{40}\b`, { regex: true }),
  example('whole words, in any case', 'error', { word: true, case: 'ignore' }),
  example('in some files', 'license', { path: ['*.md'] }),
]
