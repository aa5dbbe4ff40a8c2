/** `7 sessions`, `1 session`, `1,240 requests`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${thousands(n)} ${n === 1 ? one : many}`

/** `1,240`. */
export const thousands = (n: number): string => Math.round(n).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** `0.3 s`, `12 s`, `4 min 12 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const s = ms / 1000
  if (s < 10) return `${s.toFixed(1)} s`
  const whole = Math.round(s)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `cycle 4`, `cycles 4 and 6`, `cycles 2, 4 and 6`. */
export const cycles = (numbers: readonly number[]): string => `${numbers.length === 1 ? 'cycle' : 'cycles'} ${list(numbers.map(String))}`

/** `a`, `a and b`, `a, b and c`; of many the first few and how many more. */
export function list(words: readonly string[], shown = 5): string {
  if (words.length > shown) return `${words.slice(0, shown).join(', ')} and ${words.length - shown} more`
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** Orders by code units, so that the same input gives the same bytes in every locale. */
export const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
