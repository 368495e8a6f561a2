import type { Form } from './form.ts'

/** No name of git's is longer. */
export const longestRevision = 255

/** A repository with a revision, as Sourcegraph and Sourcebot write it: no name of a repository holds an `@`. */
const withAt = /^(?<repo>\/(?:[^\\/]|\\.)+\/|[^!/@][^@]*)@(?<rev>.*[^/])$/su

/**
 * A form in which a revision stands in its own field, also where it was written behind a repository (`linux@v6.1`).
 *
 * @returns what is wrong with it instead, in words that follow the parameter's name
 */
export function withOwnRevision(form: Form): Form | string {
  const revisions = form.rev === undefined ? [] : [form.rev]
  const repo = form.repo.map((filter) => {
    const { groups } = withAt.exec(filter) ?? {}
    if (!groups) return filter
    revisions.push(groups.rev!)
    return groups.repo!
  })
  const [rev] = revisions
  if (rev === undefined) return form
  if (revisions.some((other) => other !== rev)) return 'is given more than once'
  if (rev.length > longestRevision) return `is longer than ${longestRevision} characters`
  return { ...form, repo: [...new Set(repo)], rev }
}
