/** Times as pages show them, all in UTC: 2006-04-02, and 2006-04-02 18:00. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10)
export const momentOf = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ')

/** A day as people type it, at its first second; null if there is no such day, or none that a column's four bytes of seconds can hold. */
export function parseDay(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null
  const day = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(day.getTime()) || dayOf(day) !== text || day.getTime() < 0 || day.getTime() >= LAST_DAY ? null : day
}

/** Columns keep seconds, and 0 says never. */
export const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000)

const LAST_DAY = Date.UTC(2038, 0, 1)
