import type { FastifyRequest } from 'fastify'
import { sentUrl } from './server.ts'

/** Shorter words may stand in any message. */
const shortest = 4

/**
 * A message without what its request carried in its address and headers, which can be a secret: an error may quote
 * what it stumbled over.
 */
export function withoutCarried(request: FastifyRequest, message: string): string {
  const parts = sentUrl(request)
    .split(/[/?&=]/)
    .flatMap((part) => [part, decoded(part), decoded(part.replaceAll('+', ' '))])
  const headers = Object.values(request.headers).flatMap((value) => value ?? [])
  // Of a cookie or an authorization each part may be quoted alone.
  const words = headers.flatMap((value) => [value, ...value.split(/[\s;,=]+/)])
  return [...new Set([...parts, ...words])]
    .filter((text) => text.length >= shortest)
    .sort((a, b) => b.length - a.length)
    .reduce((text, carried) => text.replaceAll(carried, '…'), message)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
