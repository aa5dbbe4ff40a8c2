/**
 * What a threshold claims, in k6's grammar and two clauses beyond it:
 *
 *     claim       = aggregation operator number [ "over" time | "for" time ]
 *     aggregation = "avg" | "min" | "med" | "max" | "p(" number ")" | "rate" | "count" | "value"
 *     operator    = "<" | "<=" | ">" | ">=" | "==" | "===" | "!="
 *     time        = such as 90s, 500ms, 1m30s
 *
 * `over` looks at every window of that length, `for` lets the claim be broken for less than that time on end.
 * https://grafana.com/docs/k6/latest/using-k6/thresholds/#threshold-expression-syntax
 */
export type Claim = {
  readonly aggregation: Aggregation
  readonly operator: Operator
  readonly value: number
  readonly span: { readonly kind: 'over' | 'for'; readonly ms: number } | null
}

export type Aggregation = { readonly kind: Exclude<AggregationKind, 'p'> } | { readonly kind: 'p'; readonly percent: number }
export type AggregationKind = (typeof aggregations)[number]
/** `==` stands for `===` as well: both compare two numbers. */
export type Operator = '<' | '<=' | '>' | '>=' | '==' | '!='

const aggregations = ['avg', 'min', 'med', 'max', 'p', 'rate', 'count', 'value'] as const

/** The claim that a text makes, or what is wrong with it: `an aggregation such as p(99), avg or rate at "pp(9) < 3"`. */
export function parseClaim(text: string): Claim | { readonly expected: string } {
  const take = readerOf(text)
  const name = take(new RegExp(`(?:${aggregations.join('|')})(?![a-z])`))
  const kind = aggregations.find((one) => one === name?.[0])
  if (kind === undefined) return take.expected('an aggregation (avg, min, med, max, p(99), rate, count, value)')
  const percent = kind === 'p' ? take(/\(\s*(\d+(?:\.\d+)?)\s*\)/) : null
  if (kind === 'p' && !(Number(percent?.[1]) <= 100)) return take.expected('a percentile from 0 to 100, as in p(99)')
  const operator = take(/<=|<|>=|>|===?|!=/)
  if (operator === null) return take.expected('one of <, <=, >, >=, == and !=')
  const value = take(/\d+(?:\.\d+)?/)
  if (value === null) return take.expected('a number')
  const clause = take(/(over|for)\s+([\w.]+)/)
  const ms = clause === null ? null : durationMs(clause[2] ?? '')
  if (clause !== null && !(ms !== null && ms > 0)) return { expected: `a time such as 60s or 1m30s after "${clause[1]}", got "${clause[2]}"` }
  if (!take.atEnd()) return take.expected('the end, or a clause such as "over 60s" or "for 30s",')

  return {
    aggregation: kind === 'p' ? { kind, percent: Number(percent?.[1]) } : { kind },
    operator: (operator[0] === '===' ? '==' : operator[0]) as Operator,
    value: Number(value[0]),
    span: clause === null || ms === null ? null : { kind: clause[1] as 'over' | 'for', ms },
  }
}

/** `p(99)<400 over 1m`: the one way in which a claim is told, wherever it stands. */
export function claimText({ aggregation, operator, value, span }: Claim): string {
  return `${aggregationText(aggregation)}${operator}${plain(value)}${span === null ? '' : ` ${span.kind} ${spanText(span.ms)}`}`
}

export const aggregationText = (aggregation: Aggregation): string => (aggregation.kind === 'p' ? `p(${plain(aggregation.percent)})` : aggregation.kind)

/** Whether what was found, on the left of the operator, and the claim's value on its right, both in the metric's unit, are so. */
export function holds(operator: Operator, found: number, value: number): boolean {
  switch (operator) {
    case '<':
      return found < value
    case '<=':
      return found <= value
    case '>':
      return found > value
    case '>=':
      return found >= value
    case '==':
      return found === value
    case '!=':
      return found !== value
    default:
      return operator satisfies never
  }
}

const units = [['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1]] as const

/** Milliseconds of a time as k6 writes it, units from the largest down: 1h30m, 60s, 500ms. Null for anything else. */
export function durationMs(text: string): number | null {
  const [whole, ...amounts] = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/.exec(text) ?? []
  return whole ? units.reduce((sum, [, ms], i) => sum + Number(amounts[i] ?? 0) * ms, 0) : null
}

/** `1m30s`. */
export function spanText(ms: number): string {
  let rest = ms
  const parts = units.flatMap(([unit, size]) => {
    const amount = Math.floor(rest / size)
    rest -= amount * size
    return amount > 0 ? [`${amount}${unit}`] : []
  })
  return parts.join('')
}

/** A number without an exponent, which the grammar has not. */
const plain = (value: number): string => (String(value).includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : String(value))

/** Takes what a pattern matches at the place that was reached, after blanks. */
function readerOf(text: string) {
  let at = 0
  const rest = () => text.slice(at).trim()
  const take = (pattern: RegExp): RegExpExecArray | null => {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0
    const sticky = new RegExp(pattern, 'y')
    sticky.lastIndex = at
    const found = sticky.exec(text)
    if (found !== null) at = sticky.lastIndex
    return found
  }
  return Object.assign(take, {
    atEnd: () => rest() === '',
    expected: (what: string) => ({ expected: `${what} ${rest() === '' ? 'at its end' : `at "${rest()}"`}` }),
  })
}
