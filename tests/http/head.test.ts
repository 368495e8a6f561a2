import { expect, it } from 'vitest'
import { startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

it.each(['history', 'commit', 'refs'])('a HEAD of /%s looks nothing up', async (page) => {
  const server = await startServer(makeTree({ 'a.c': 'x\n' }))
  // A GET would look for the repository, and find that there is none.
  const path = `${page}/nowhere@v1`
  expect((await server.get(path)).status).toBe(404)
  const answer = await server.get(path, { method: 'HEAD' })
  expect([answer.status, await answer.text()]).toEqual([200, ''])
})
