import type { Node } from './syntax.ts'

/**
 * A pattern with what only ASCII characters match; in the place of each other set is any text. In an encoding where each
 * byte is a character, and those below 0x80 are ASCII, this stands in a file just as ripgrep sees it.
 */
export function asciiOf(node: Node): Node {
  switch (node.kind) {
    case 'characters': {
      const { others } = node.set
      return Array.isArray(others) && others.length === 0 ? node : { kind: 'anything' }
    }
    case 'concat':
    case 'alternate':
      return { ...node, nodes: node.nodes.map(asciiOf) }
    case 'repeat':
      return { ...node, node: asciiOf(node.node) }
    case 'anything':
    case 'look':
      return node
  }
}
