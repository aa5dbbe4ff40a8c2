import { weighted, type Random } from './random.ts'

/** Days of work from `first` on: busier on Mondays and Tuesdays, in the early afternoon (UTC), and before a deadline. */
export type Calendar = {
  readonly days: number
  /** Seconds since 1970 of the first day's beginning and of the last day's end. */
  readonly begin: number
  readonly end: number
  /** How busy a day is; 1 on average. */
  readonly weight: (day: number) => number
  /** A second on this day. */
  readonly secondOn: (random: Random, day: number) => number
  /** A second on some day, drawn by how busy the days are. */
  readonly second: (random: Random) => number
}

export function calendarOf(first: string, days: number, deadlines: readonly number[]): Calendar {
  const begin = Date.parse(`${first}T00:00:00Z`) / 1000
  const weekday = (new Date(begin * 1000).getUTCDay() + 6) % 7
  const weights = Array.from({ length: days }, (_, day) => WEEKDAYS[(weekday + day) % 7]! * rush(day, deadlines))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const [someDay, someHour] = [weighted(weights), weighted(HOURS)]
  const secondOn = (random: Random, day: number) => begin + day * DAY + someHour(random) * 3600 + Math.floor(random() * 3600)
  return { days, begin, end: begin + days * DAY - 1, weight: (day) => (weights[day]! * days) / total, secondOn, second: (random) => secondOn(random, someDay(random)) }
}

/** Seconds in order, as many on each day as `perDay` draws. */
export function times(random: Random, calendar: Calendar, perDay: (day: number) => number): number[] {
  const drawn: number[] = []
  for (let day = 0; day < calendar.days; day++) for (let left = perDay(day); left > 0; left--) drawn.push(calendar.secondOn(random, day))
  return drawn.sort((a, b) => a - b)
}

/** Three times the work on the day of a deadline, half as much extra for each day before it. */
const rush = (day: number, deadlines: readonly number[]) => 1 + deadlines.filter((deadline) => deadline >= day && deadline - day < 7).reduce((sum, deadline) => sum + 2 ** (1 - (deadline - day)), 0)

/** Monday to Sunday. */
const WEEKDAYS = [0.171, 0.174, 0.158, 0.15, 0.149, 0.102, 0.095]

/** 0 to 23 UTC. */
const HOURS = [2.6, 2.2, 2, 1.8, 1.8, 2.2, 3, 3.8, 4.6, 5, 5.2, 5.2, 5.4, 6.4, 6.8, 6.6, 6.2, 5.4, 4.8, 4.4, 4.2, 3.8, 3.4, 3.2]

export const DAY = 86_400
