import { emptyForm, type Form } from '../query/form.ts'

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
  example('days, by regular expression, in one repository', String.raw`\b20\d\d-\d\d-\d\d\b`, {
    regex: true,
    repo: ['handbook'],
  }),
  example('a whole word, as written', 'TODO', { word: true, case: 'sensitive' }),
  example('in upper or lower case', 'skerry blue', { case: 'ignore' }),
  example('only in test files', String.raw`func Test\w+`, { regex: true, path: ['*_test.go'] }),
  example('in one language', String.raw`raise \w+Error\b`, { regex: true, lang: ['python'] }),
  example('a word behind an emoji', String.raw`\p{Emoji_Presentation}\s?\p{L}+`, { regex: true }),
  example('commits', '[0-9a-f]{40}', { regex: true }),
]

/** For any corpus. */
export const generalExamples: readonly Example[] = [
  example('literal text', 'TODO'),
  example('a regular expression', String.raw`\b[0-9a-f]{40}\b`, { regex: true }),
  example('whole words, in any case', 'error', { word: true, case: 'ignore' }),
  example('in some files', 'license', { path: ['*.md'] }),
]
