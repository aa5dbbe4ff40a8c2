import type { Entry } from './entry.ts'
import type { Damage } from './reader.ts'

/** Lines are numbered from 0 and time never runs back; whatever breaks that is damage. */
export function lineOrder() {
  const { note, all } = firstNotes()
  let next = 0
  let lastAtMs = 0
  return {
    note,
    unreadable: ({ damage: sentence }: Damage): void => {
      note(sentence)
      next += 1
    },
    accepts: ({ n, atMs }: Entry): boolean => {
      if (!Number.isInteger(n) || !Number.isFinite(atMs)) {
        note(`a line after line ${next - 1} has no number or no time`)
        return false
      }
      if (n > next) note(n === next + 1 ? `line ${next} is missing` : `lines ${next} to ${n - 1} are missing`)
      if (n < next) note(`line ${n} comes twice or late, after line ${next - 1}`)
      if (atMs < lastAtMs) note(`time runs backwards at line ${n}: ${Math.round(atMs)} ms after ${Math.round(lastAtMs)} ms`)
      next = Math.max(next, n + 1)
      lastAtMs = Math.max(lastAtMs, atMs)
      return true
    },
    lastAtMs: () => lastAtMs,
    damage: all,
  }
}

/** Sentences on what is wrong, of which the first twenty tell as much as a million. */
export function firstNotes() {
  const told = 20
  const notes: string[] = []
  let untold = 0
  return {
    note: (sentence: string): void => {
      if (notes.length < told) notes.push(sentence)
      else untold += 1
    },
    all: (): readonly string[] => (untold === 0 ? [...notes] : [...notes, `and ${untold} more faults of this kind`]),
  }
}
