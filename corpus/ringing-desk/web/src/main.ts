import { type Bird, createApi } from './api.ts'
import { loadConfig } from './config.ts'
import { parseRing, RingError } from './rings.ts'

declare global {
  interface Window {
    /** From public/sparkline.min.js. */
    sparkline?: (svg: SVGSVGElement, values: readonly number[]) => void
  }
}

function element<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`no ${type.name} #${id} in the page`)
  return found
}

const config = await loadConfig(new URL(location.href))
const api = createApi(config)
const day = new Intl.DateTimeFormat(config.locale, { dateStyle: 'long' })
const weight = new Intl.NumberFormat(config.locale, { style: 'unit', unit: 'gram', maximumFractionDigits: 1 })

const form = element('lookup', HTMLFormElement)
const input = element('ring', HTMLInputElement)
const complaint = element('ring-error', HTMLParagraphElement)
const result = element('result', HTMLElement)

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  complain('')
  result.hidden = true
  try {
    const bird = await api.find(parseRing(input.value))
    if (bird) show(bird)
    else complain('That ring is still in the drawer. Are you sure of the letter?')
  } catch (error) {
    if (!(error instanceof RingError)) console.error(error)
    complain(error instanceof RingError ? error.message : 'The observatory does not answer. Please try again later.')
  }
})

function complain(message: string): void {
  complaint.textContent = message
  complaint.hidden = message === ''
  input.setAttribute('aria-invalid', String(message !== ''))
}

function show(bird: Bird): void {
  const heading = element('species', HTMLHeadingElement)
  const latin = document.createElement('i')
  latin.lang = 'la'
  latin.textContent = bird.latin
  heading.replaceChildren(`${bird.species} `, latin)

  const rows = bird.encounters.map((encounter) => {
    const row = document.createElement('tr')
    const cells = [
      day.format(new Date(`${encounter.day}T12:00:00Z`)),
      encounter.place,
      encounter.grams === null ? '–' : weight.format(encounter.grams),
    ]
    for (const text of cells) row.insertCell().textContent = text
    return row
  })
  element('encounters', HTMLTableSectionElement).replaceChildren(...rows)

  const grams = bird.encounters.flatMap((encounter) => encounter.grams ?? [])
  window.sparkline?.(element('weights', SVGSVGElement), grams)
  result.hidden = false
}
