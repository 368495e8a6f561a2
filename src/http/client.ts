import { isIPv6 } from 'node:net'

/**
 * Whose request this is, as far as shares and rates go: an address, of IPv6 the network of it, since one who has such
 * a network has all its addresses. `undefined` for this machine, which may be a proxy that many stand behind.
 */
export function clientOf({ ip }: { readonly ip: string | undefined }): string | undefined {
  // The system knows no address of one that has gone: all of these are one.
  const address = (ip ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  if (/^127\.|^::1$/.test(address)) return undefined
  return isIPv6(address) ? networkOf(address) : address
}

/** The first 64 bits. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - behind.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...behind]
  return `${groups.slice(0, 4).join(':')}::/64`
}
