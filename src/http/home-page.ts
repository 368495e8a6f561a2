import type { FastifyInstance } from 'fastify'
import { summaryOf } from '../corpus/summary.ts'
import { bundledExamples, generalExamples } from './examples.ts'
import { layout } from './layout.ts'
import { visible } from './marks.ts'
import { currentCatalog, type Server } from './server.ts'
import { count, plural, size } from './words.ts'

/** `GET /`: the box, examples, and what there is to search. */
export function homeRoute(app: FastifyInstance, server: Server): void {
  app.get('/', async (_request, reply) => {
    const catalog = await currentCatalog(server)
    const { repositories } = summaryOf(catalog)
    const { head, foot } = await layout(server, {
      title: 'ripline: code search',
      styles: ['listing.css'],
      focus: true,
    })
    const total = (key: 'files' | 'lines' | 'bytes') =>
      repositories.reduce((sum, repository) => sum + repository[key], 0)
    const examples = server.config.isDemo ? bundledExamples : generalExamples
    const body = await server.render('home', {
      examples: examples.map(({ form, text }) => ({
        text,
        url: server.links.search(form),
        q: form.q,
      })),
      total: {
        files: plural(total('files'), 'file'),
        lines: catalog.complete ? plural(total('lines'), 'line') : undefined,
        size: size(total('bytes')),
        repositories: plural(repositories.length, 'repository', 'repositories'),
      },
      pending: !catalog.complete,
      index: indexText(server),
      isEmpty: catalog.columns.count === 0,
      repositories: repositories.map(({ repository, files, lines, bytes, languages, leftOut }) => ({
        name: visible(repository.name),
        url: server.links.directory(repository.name, ''),
        kind: repository.kind,
        files: count(files),
        lines: catalog.complete ? count(lines) : '',
        size: size(bytes),
        leftOut: leftOut === 0 ? '' : `${plural(leftOut, 'file')} not searched`,
        languages: languages.slice(0, 4).map(({ id, name }) => ({ id, name })),
      })),
    })
    return reply.type('text/html; charset=utf-8').send(head + body + foot)
  })
}

/** How far the index is; nothing where there is none, and none is being made. */
function indexText({ index }: Server): string | undefined {
  if (!index) return undefined
  const { building, documents, bytes, trouble } = index.status
  if (building) {
    return `The index is being built: ${count(building.done)} of ${plural(building.of, 'file')}. Until it is there, searches read every file.`
  }
  if (documents > 0) return `Indexed, ${size(bytes)}.`
  return trouble === undefined ? undefined : 'There is no index: searches read every file.'
}
