import type { FastifyInstance } from 'fastify'
import { type Sample, sampleOf } from '../corpus/sample.ts'
import { limitTable } from '../limits.ts'
import { filterWords, type Meaning } from '../query/filter-words.ts'
import { emptyForm, type Form } from '../query/form.ts'
import { formatText } from '../query/parse.ts'
import { layout } from './layout.ts'
import { pathText } from './links.ts'
import { visible } from './marks.ts'
import { currentCatalog, type Server } from './server.ts'
import { count } from './words.ts'

/** `GET /help`: what can be asked, by examples that run on this corpus. */
export function helpPage(app: FastifyInstance, server: Server): void {
  app.get('/help', async (_request, reply) => {
    const sample = sampleOf(await currentCatalog(server))
    const { head, foot } = await layout(server, { title: 'Help · ripline', styles: ['help.css'] })
    const { config, links } = server
    const word = sample?.word ?? 'TODO'
    const body = await server.render('help', {
      texts: textExamples(word, config.pcre2).map(({ form, text }) => linked(server, form, text)),
      filters: filterRows(server, word, sample),
      pcre2: config.pcre2,
      command: "rg -i 'foo(' src",
      curl: `curl -sN 'ADDRESS${links.api({ ...emptyForm, q: word, word: true })}'`,
      api: links.api({ ...emptyForm, q: word, word: true }),
      status: links.status,
      limits: Object.entries(limitTable).map(([key, { name, unit, help }]) => ({
        name,
        value: `${count(config.limits[key as keyof typeof limitTable])} ${unit}`,
        help,
      })),
    })
    return reply.type('text/html; charset=utf-8').send(head + body + foot)
  })
}

const linked = ({ links }: Server, form: Form, text: string) => ({
  url: links.search(form),
  q: visible(form.q),
  switches: switchesOf(form).join(', '),
  text,
})

const switchesOf = (form: Form): readonly string[] => [
  ...(form.regex ? ['regex'] : []),
  ...(form.word ? ['whole word'] : []),
  ...(form.multiline ? ['multi-line'] : []),
  ...(form.pcre2 ? ['PCRE2'] : []),
  ...(form.case === 'smart' ? [] : [`case ${form.case}`]),
]

interface Example {
  readonly text: string
  readonly form: Form
}

/** Each finds the word, which is letters, digits and `_`. */
function textExamples(word: string, pcre2: boolean): readonly Example[] {
  const example = (text: string, q: string, more: Partial<Form> = {}): Example => ({
    text,
    form: { ...emptyForm, q, ...more },
  })
  const half = word.slice(0, Math.ceil(word.length / 2))
  const regex = true
  return [
    example('text, just as it stands: punctuation, quotes and spaces are nothing special', word),
    example('in upper or lower case', word, { case: 'ignore' }),
    example('upper and lower case as written', word, { case: 'sensitive' }),
    example('not inside longer words', word, { word: true }),
    example('a regular expression, in ripgrep’s syntax', String.raw`\b${half}\w+`, { regex }),
    example('one or the other', `${word}|TODO|FIXME`, { regex }),
    example('a match may span lines', String.raw`${word}[^\n]*\n.*`, { regex, multiline: true }),
    ...(pcre2
      ? [
          example('look-around and back-references', `${half}(?=${word.slice(half.length)})`, {
            regex,
            pcre2,
          }),
        ]
      : []),
    example('words of a filter in quotes are text', formatText(`path:${word}`)),
  ]
}

/** What a filter does, in the order of the page. */
const explained: readonly (readonly [Meaning, string])[] = [
  ['repo', 'one repository; a glob over names, or a regex between slashes'],
  ['path', 'a directory, a glob as in rg -g, or a regex between slashes'],
  ['lang', 'a language, by name or extension'],
  ['has', 'files that also hold this text'],
  ['rev', 'a commit, branch or tag of one repository, instead of its files as they are now'],
  ['case', 'yes, no or auto: auto minds it where the text has upper case'],
  ['context', 'lines before and after a match'],
  ['limit', 'matching lines in one answer'],
  ['type', 'file: names of files instead of lines in them'],
  ['text', 'text, whatever it looks like'],
  ['symbol', 'not supported yet'],
]

function filterRows(server: Server, word: string, sample: Sample | undefined) {
  return explained.map(([meaning, text]) => ({
    text,
    words: filterWords.filter((one) => one.meaning === meaning).map((one) => `${one.word}:`),
    examples: filterExamples(meaning, word, sample).map((q) =>
      linked(server, { ...emptyForm, q }, ''),
    ),
  }))
}

/** Queries as they are typed. Those that name something of the corpus need a sample of it. */
function filterExamples(meaning: Meaning, word: string, sample?: Sample): readonly string[] {
  const path = sample && pathText(sample.file)
  const directory = path?.includes('/') ? path.slice(0, path.indexOf('/')) : undefined
  const ending = path && /\.\w+$/.exec(path)?.[0]
  switch (meaning) {
    case 'repo':
      return sample ? [`${word} repo:${typed(sample.file.repository.name)}`] : []
    case 'path':
      return [
        ...(directory === undefined ? [] : [`${word} path:${typed(directory)}`]),
        ...(ending ? [`${word} path:*${ending}`, `${word} -path:/test/`] : []),
      ]
    case 'lang':
      return sample?.file.language ? [`${word} lang:${sample.file.language.id}`] : []
    case 'has':
      return [`${word} -has:TODO`]
    case 'rev':
      return sample?.file.repository.kind === 'checkout'
        ? [`${word} repo:${typed(sample.file.repository.name)} rev:HEAD`]
        : []
    case 'case':
      return [`${word} case:no`]
    case 'context':
      return [`${word} context:0`]
    case 'limit':
      return [`${word} count:10`]
    case 'type':
      return [`${ending ?? '.'} type:file`]
    case 'text':
      return [`content:"path:${word}"`]
    default:
      return []
  }
}

/** A value as it is typed: in quotes where it has spaces. */
const typed = (value: string): string =>
  /[\s"]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value
