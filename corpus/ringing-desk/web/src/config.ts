/** What may differ between two installations of the desk. */
export interface Config {
  /** Where the service is, without a slash at the end. */
  readonly api: string
  readonly timeoutMs: number
  /** For dates and weights; the species are always in Latin too. */
  readonly locale: string
}

const defaults: Config = {
  api: 'http://192.0.2.31:8080/v2',
  timeoutMs: 4_000,
  locale: 'en-GB',
}

export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Defaults, then `settings.json` beside the page, then the query string; later wins. A setting that does not exist is
 * an error everywhere, so that a typing mistake is noticed at the desk and not in the field.
 */
export async function loadConfig(page: URL, fetchJson = fetchSettings): Promise<Config> {
  const file = await fetchJson(new URL('settings.json', page))
  return parseConfig({ ...file, ...Object.fromEntries(page.searchParams) })
}

export function parseConfig(settings: Readonly<Record<string, unknown>>): Config {
  const unknown = Object.keys(settings).filter((name) => !(name in defaults))
  if (unknown.length > 0) throw new ConfigError(`unknown setting: ${unknown.join(', ')}`)

  const { api, timeoutMs, locale } = { ...defaults, ...settings }
  const timeout = Number(timeoutMs)
  if (!Number.isInteger(timeout) || timeout < 100) throw new ConfigError('timeoutMs must be at least 100')
  if (!URL.canParse(String(api))) throw new ConfigError(`api is not an address: ${String(api)}`)
  return { api: String(api).replace(/\/+$/, ''), timeoutMs: timeout, locale: String(locale) }
}

async function fetchSettings(url: URL): Promise<Record<string, unknown>> {
  const response = await fetch(url)
  // A desk without settings is a desk with the defaults.
  return response.ok ? ((await response.json()) as Record<string, unknown>) : {}
}
