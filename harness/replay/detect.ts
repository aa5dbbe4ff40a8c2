import { combinedReader } from './combined.ts'
import { jsonReader } from './json-lines.ts'
import type { Format } from './logged.ts'

/** Which format a log has, by its first kilobytes, given as latin1; null for none that is known. A few lines of garbage, as scanners leave them, do not mislead it. */
export const detect = (head: string): Format | null => {
  const start = head.trimStart()
  if (start.startsWith('{') && /"log"\s*:/.test(start) && !isWholeLine(start)) return 'har'
  const lines = head.split('\n').filter(line => line.trim() !== '')
  const votes = (read: (line: string) => unknown) => lines.filter(line => read(line.trimEnd()) !== 'not in the format of this log').length
  const [combined, json] = [votes(combinedReader()), votes(jsonReader())]
  if (Math.max(combined, json) === 0) return null
  return json > combined ? 'json' : 'combined'
}

/** JSON lines begin with a whole object; a HAR of one line does so too, but its object is `log` alone. */
const isWholeLine = (text: string): boolean => {
  try {
    const first: unknown = JSON.parse(text.split('\n', 1)[0] ?? '')
    return typeof first === 'object' && first !== null && typeof (first as { log?: unknown }).log !== 'object'
  } catch {
    return false
  }
}
