import { stripVTControlCharacters } from 'node:util'
import { cleanups, type Level } from '../timeline/pool-cleanups.ts'

/** What a pool said in a line. `asWarning`: as a warning of Python's, with which a library may repeat what it has just logged. */
export type Heard = { readonly cleanup: string; readonly asWarning: boolean }

/** Nobody's prefix is longer, and a line may be a whole page. */
const longestLine = 4_000

/**
 * What a pool says in this line of a log; null where none speaks. A line may also quote a pool: an access log a request, a program its input. So the message must be whole; what stands
 * before it may have no quotation mark, since whoever quotes uses one; and a level that the line names must be the one at which that pool speaks.
 */
export function cleanupIn(line: string): Heard | null {
  const text = stripVTControlCharacters(line.slice(0, longestLine))
  for (const [cleanup, { words, level }] of Object.entries(cleanups)) {
    if (!text.includes(words)) continue
    for (const said of text.trimStart().startsWith('{') ? messagesOf(text) : [{ text, levels: [] }]) {
      const before = prefixes.get(cleanup)?.exec(said.text)?.[1]
      if (before === undefined) continue
      const asWarning = isWarning.test(before)
      if (asWarning || level === null || isAt(level, [...levelsIn(before), ...said.levels])) return { cleanup, asWarning }
    }
  }
  return null
}

/** What stands before a message: no quotation mark, but for the one with which logfmt begins a field, and at its end no letter and no sign of a query. */
const prefix = String.raw`^((?:[^"'\x60]*(?:[\s:>|)\]]|\b(?:msg|message|event)=["']?))?)`

const prefixes: ReadonlyMap<string, RegExp> = new Map(Object.entries(cleanups).map(([cleanup, { message }]) => [cleanup, new RegExp(prefix + message.source)]))

/** `.../weakref.py:590: SAWarning: `: Python manual, "warnings", formatwarning. */
const isWarning = /:\d+: \w*Warning: $/

/** The messages of a line that is a JSON object, by the names that loggers give them. */
function messagesOf(line: string): readonly { readonly text: string; readonly levels: readonly Level[] }[] {
  const fields = parsed(line)
  const levels = ['level', 'levelname', 'severity', 'log.level'].flatMap((name) => levelsIn(fields[name]))
  return ['message', 'msg', 'event', 'text'].flatMap((name) => (typeof fields[name] === 'string' ? [{ text: fields[name], levels }] : []))
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}

const named = [
  ['debug', /\b(?:trace|debug|fine(?:r|st)?)\b/i],
  ['info', /\binfo\b/i],
  ['warning', /\bwarn(?:ing)?\b/i],
  ['error', /\b(?:error|severe|critical|fatal)\b/i],
] as const satisfies readonly (readonly [Level, RegExp])[]

const levelsIn = (text: unknown): readonly Level[] => (typeof text === 'string' ? named.flatMap(([level, names]) => (names.test(text) ? [level] : [])) : [])

const isAt = (level: Level, levels: readonly Level[]): boolean => levels.length === 0 || levels.includes(level)
