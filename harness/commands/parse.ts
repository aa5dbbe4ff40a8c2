import { parseArgs } from 'node:util'
import { meant, nearestTo } from '../thresholds/meant.ts'
import type { Arguments, Command } from './command.ts'

export type Parsed = Pick<Arguments, 'values' | 'positionals'> & {
  /** Everything that is wrong with the options, one sentence each. */
  readonly problems: string[]
  /** Whether the operands are known: a word after an option that resembles none may be its value or an operand. */
  readonly isClear: boolean
}

/** Options and operands. What follows a misspelt option belongs to it, if the option that was meant takes a value. */
export function parse({ options }: Pick<Command, 'options'>, args: readonly string[]): Parsed {
  const { values, tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true })
  const typeOf = (name: string) => (Object.hasOwn(options, name) ? options[name]?.type : undefined)
  const known = Object.keys(options).map((name) => `--${name}`)
  const wordAt = (index: number): string => args[index]?.split('=', 1)[0] ?? ''

  const problems = tokens.flatMap((token) => {
    if (token.kind !== 'option') return []
    const type = typeOf(token.name)
    if (type === undefined) return [`No option "${wordAt(token.index)}".${meant(wordAt(token.index), known)}`]
    if (type === 'string' && !token.value) return [`Expected a value after ${token.rawName}.`]
    if (type === 'boolean' && token.value !== undefined) return [`${token.rawName} takes no value, got "${token.value}".`]
    return []
  })

  const unknownAt = new Set(tokens.flatMap((token) => (token.kind === 'option' && typeOf(token.name) === undefined ? [token.index] : [])))
  const roleOf = (index: number): 'operand' | 'value' | 'either' => {
    if (!unknownAt.has(index - 1) || args[index - 1]?.includes('=')) return 'operand'
    const nearest = nearestTo(wordAt(index - 1), known)
    if (nearest === null) return 'either'
    return typeOf(nearest.slice('--'.length)) === 'string' ? 'value' : 'operand'
  }
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [{ word: token.value, role: roleOf(token.index) }] : []))
  return {
    values,
    positionals: words.filter(({ role }) => role !== 'value').map(({ word }) => word),
    // Of `-profile` each letter was an option.
    problems: [...new Set(problems)],
    isClear: words.every(({ role }) => role !== 'either'),
  }
}
