/** Epoch milliseconds of `27/Mar/2006:18:00:01 +0200`; null for what is none. */
export const commonLogTime = (text: string): number | null => {
  const [, day, name = '', year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text) ?? []
  const month = monthNames.indexOf(name)
  if (month === -1) return null
  const zoneMs = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  return Date.UTC(Number(year), month, Number(day), Number(hours), Number(minutes), Number(seconds)) - zoneMs
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Epoch milliseconds of what JSON logs write: ISO 8601, the common log's time, or a number of seconds, milli-, micro- or nanoseconds, told apart by its size. */
export const anyTime = (value: unknown): number | null => {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : null
  if (number !== null) return Number.isFinite(number) && number > 0 ? inMs(number) : null
  if (typeof value !== 'string') return null
  const parsed = commonLogTime(value) ?? Date.parse(value)
  return Number.isNaN(parsed) ? null : parsed
}

/** Seconds until the year 5138, milliseconds since 1973. */
const inMs = (number: number): number => (number < 1e11 ? number * 1_000 : number < 1e14 ? number : number < 1e17 ? number / 1_000 : number / 1e6)

/** Remembers the last text: lines of one second come together. */
export const remembering = (read: (text: string) => number | null): ((text: string) => number | null) => {
  let last = ''
  let value: number | null = null
  return text => {
    if (text !== last) {
      last = text
      value = read(text)
    }
    return value
  }
}

/**
 * Spreads the requests of a log that knows only whole seconds over each of them, by steps of the golden ratio: evenly, however many there are, without
 * waiting for the last. The first of a second stays at its beginning; and once a time has a fraction, all are as they stand.
 */
export const spreadSeconds = (): ((atMs: number) => number) => {
  const seen = new Map<number, number>()
  let knowsFractions = false
  return atMs => {
    knowsFractions ||= atMs % 1_000 !== 0
    if (knowsFractions) return atMs
    const before = seen.get(atMs) ?? 0
    // Lines come nearly in order: what was long ago is not asked for again.
    if (before === 0 && seen.size > 4_096) seen.clear()
    seen.set(atMs, before + 1)
    return atMs + ((before * goldenRatio) % 1) * 1_000
  }
}

const goldenRatio = (Math.sqrt(5) - 1) / 2
