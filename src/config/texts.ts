import { isIP } from 'node:net'
import { type Charset, charsetOf, knownCharsets } from '../charset.ts'
import { isCodeHostSetting, isEditorSetting } from '../code-host.ts'
import { type LogMode, logModes } from '../log.ts'
import { ConfigError } from './error.ts'

// What the text of a setting says. Each throws ConfigError if that is nothing.

/** Nothing but addresses: `true`, or a number of hops, would believe whoever asks. */
export function proxiesOf(text: string): readonly string[] {
  const proxies = text.split(',').map((one) => one.trim())
  if (text === '') return []
  for (const one of proxies) {
    const [address = '', bits, ...more] = one.split('/')
    const most = { 4: 32, 6: 128 }[isIP(address)] ?? -1
    const isRight =
      more.length === 0 &&
      most >= 0 &&
      (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most))
    if (!isRight) throw new ConfigError(`trust-proxy takes addresses and networks, and not ${one}`)
  }
  return proxies
}

/**
 * Who listens on a loopback address and has no proxy before it is asked for by the names of this machine only: a page
 * from elsewhere whose name has been turned to this machine (DNS rebinding) asks by that name.
 */
export function hostsOf(text: string, isAlone: boolean): readonly string[] | undefined {
  if (text === '') return isAlone ? [] : undefined
  return text.split(',').map((one) => {
    const name = one.trim().toLowerCase()
    if (isIP(name) === 6) return `[${name}]`
    if (/^(?:[\w-]+\.)*[\w-]+$|^\[[\da-f:.]+\]$/.test(name)) return name
    throw new ConfigError(`hosts takes names and addresses without a port, and not ${one}`)
  })
}

export function logModeOf(text: string): LogMode {
  const mode = logModes.find((one) => one === text)
  if (!mode) throw new ConfigError(`log takes ${logModes.join(', ')}, and not ${text}`)
  return mode
}

export function encodingsOf(text: string): ReadonlyMap<string, Charset> {
  const pairs = text.split(',').filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      const charset = at > 0 ? charsetOf(pair.slice(at + 1)) : undefined
      if (!charset) throw new ConfigError(`encodings does not take ${pair}: ${knownCharsets}`)
      return [pair.slice(0, at), charset]
    }),
  )
}

export function codeHostsOf(text: string): ReadonlyMap<string, string> {
  // An address may hold commas, but not before a name and a sign.
  const pairs = text.split(/,(?=[^,=]+=)/).filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      const host = pair.slice(at + 1)
      if (at > 0 && isCodeHostSetting(host)) return [pair.slice(0, at), host]
      throw new ConfigError(
        `code-hosts does not take ${pair}: a kind that is known, none, or an address with {path}`,
      )
    }),
  )
}

export function editorOf(text: string, isPublic: boolean): string | undefined {
  if (text === '') return undefined
  if (isPublic) {
    throw new ConfigError(
      'editor is for a server that only this machine reaches: its links tell where files are',
    )
  }
  if (isEditorSetting(text)) return text
  throw new ConfigError(`editor does not take ${text}: an address with {path}`)
}

export function basePathOf(given: string): string {
  if (!/^[\w./~-]*$/.test(given)) {
    throw new ConfigError(`base-path takes letters, digits and - . _ ~ /, not ${given}`)
  }
  const parts = given.split('/').filter((part) => part !== '')
  return parts.length === 0 ? '/' : `/${parts.join('/')}/`
}
