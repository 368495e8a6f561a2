import { writeSync } from 'node:fs'
import { GitTrouble } from '../git/look.ts'
import { decodeFrames } from '../process/frames.ts'
import { giveWay } from '../process/priority.ts'
import { makeOwnDirectory } from './own-directory.ts'
import { judgePaths } from './seen-then.ts'
import {
  beginTree,
  findTree,
  finishTree,
  makeRoom,
  removeAbandoned,
  removeTree,
  touchTree,
} from './tree-cache.ts'
import { listTreeFiles } from './tree-files.ts'
import { encodeMessage, pathsIn, type TreeMessage, type TreeRequest } from './tree-message.ts'
import { checkTree, writeTree } from './tree-write.ts'

// The process that has the trees of commits on disk: it does one thing and ends. Its memory and its synchronous file
// calls are its own, and searches go before.

const tell = (message: TreeMessage) => {
  for (const part of encodeMessage(message)) {
    for (let at = 0; at < part.length; ) at += writeSync(1, part, at)
  }
}

/** How often the server hears how far it is, and others that it is alive. */
const reportMs = 250

type Open = Extract<TreeRequest, { type: 'open' }>

async function open({ directory, key, source, limits, mostBytes }: Open): Promise<void> {
  makeOwnDirectory(directory)
  removeAbandoned(directory)
  const listed = await listTreeFiles(source, limits)
  if ('tooLarge' in listed) return tell({ type: 'too-large', ...listed })
  const { hidden, links, special, diskBytes } = listed
  const leftOut = { hidden, links, special }
  let reported = performance.now()
  const reporting = (place: string) => (part: number) => {
    if (performance.now() - reported < reportMs) return
    reported = performance.now()
    touchTree(place)
    tell({ type: 'progress', part, files: listed.files.length })
  }
  const there = findTree(directory, key)
  if (there !== undefined) {
    const place = `${directory}/${there}`
    touchTree(place)
    const checked = checkTree(place, source, listed, limits, reporting(place))
    if (checked) return tell({ type: 'tree', name: there, leftOut, columns: checked.columns })
    removeTree(directory, there)
  }
  if (!makeRoom(directory, diskBytes, mostBytes)) return tell({ type: 'no-room' })
  const writing = beginTree(directory, diskBytes)
  tell({ type: 'writing', name: writing })
  const place = `${directory}/${writing}`
  try {
    const { columns } = await writeTree(place, source, listed, limits, reporting(place))
    touchTree(place)
    tell({ type: 'tree', name: finishTree(directory, writing, key), leftOut, columns })
  } catch (error) {
    removeTree(directory, writing)
    throw error
  }
}

async function answer(request: TreeRequest, blocks: readonly Uint8Array[]): Promise<void> {
  switch (request.type) {
    case 'open':
      return open(request)
    case 'sweep':
      if (request.ours !== undefined) removeTree(request.directory, request.ours)
      return tell({ type: 'swept', others: removeAbandoned(request.directory) })
    case 'judge': {
      const { repository, options, exclude } = request
      const paths = pathsIn(blocks)
      const now = new Set(pathsIn(blocks.slice(2)))
      const { signal } = new AbortController()
      const seen = await judgePaths(repository, paths, now, options, signal, exclude)
      return tell({ type: 'judged', seen })
    }
  }
}

giveWay()
for await (const { head, blocks } of decodeFrames<TreeRequest>(process.stdin)) {
  try {
    await answer(head, blocks)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof GitTrouble) tell({ type: 'failed', failure: error.failure })
    else if (code !== undefined) tell({ type: 'trouble', code })
    else tell({ type: 'failed', failure: { kind: 'internal', message } })
  }
}
