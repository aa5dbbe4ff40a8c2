import { printable } from '../report/words.ts'
import type { Paint } from '../report/paint.ts'
import type { Survey } from '../replay/survey.ts'
import { count, duration, list, thousands } from '../verdict/words.ts'

/** What a log holds, for the terminal. `file` is shown as it is. */
export const surveyText = (survey: Survey, { file, paint }: { readonly file: string; readonly paint: Paint }): string => {
  const { lines, replayable, span, skipped, methods, hosts, expected, routes, backwards } = survey
  const unit = survey.format === 'har' ? 'entry' : 'line'
  const head = `${paint.strong(file)}  ${survey.format}, ${count(lines, unit, survey.format === 'har' ? 'entries' : 'lines')}, ${thousands(replayable)} to replay${share(replayable, lines)}`
  const sections = [
    span === null ? [] : [row('from', `${stamp(span.fromMs)} to ${stamp(span.toMs)}, ${duration(span.toMs - span.fromMs)}`), ...rateRows(survey, span, paint)],
    named('methods', methods),
    hosts.size > 1 ? named('hosts', hosts) : [],
    replayable === 0 ? [] : named('expected', expected),
    routeRows(survey),
    skipped.map(({ reason, lines, first }, i) => `${row(i === 0 ? 'skipped' : '', `${thousands(lines).padStart(9)}  ${reason}`)}\n${indent}           first at ${unit} ${thousands(first.line)}: ${paint.faint(printable(first.text, 90))}`),
    routes.unnamed.routes > 0 ? [row('warning', `${count(routes.unnamed.routes, 'further route')} with ${count(routes.unnamed.requests, 'request')}: collapsed to \`other\``)] : [],
    backwards > 0 ? [row('warning', `${count(backwards, 'request')} more than a minute older than one before: files put together in the wrong order are replayed in it`)] : [],
  ]
  return [head, ...sections.filter(section => section.length > 0).map(section => section.join('\n'))].join('\n\n')
}

const indent = '  '
const row = (label: string, text: string): string => `${indent}${label.padEnd(9)} ${text}`

const share = (part: number, whole: number): string => (whole === 0 ? '' : ` (${percent(part / whole)})`)
const percent = (of: number): string => `${of >= 0.9995 ? '100' : (of * 100).toFixed(1)} %`

/** To the second: milliseconds of a day say nothing here. */
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const named = (label: string, counts: ReadonlyMap<string, number>): string[] => {
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1]).map(([name, times]) => `${printable(name, 40)} ${thousands(times)}`)
  return [row(label, list(sorted, 8))]
}

const rateRows = ({ rate, replayable }: Survey, span: NonNullable<Survey['span']>, paint: Paint): string[] => {
  const perSecond = (1_000 * replayable) / Math.max(1_000, span.toMs - span.fromMs)
  const most = Math.max(...rate.counts)
  const peak = (1_000 * most) / rate.everyMs
  const chart = bars(rate.counts, chartRows).map((line, i) => row(i === 0 ? 'rate' : '', line === '' ? '' : paint.faint(line)))
  return [...chart, row('', `each column ${duration(rate.everyMs)}, the highest ${digits(peak)} a second; on average ${digits(perSecond)}, in the busiest second ${thousands(rate.busiestSecond)}`)]
}

const chartRows = 4
const digits = (value: number): string => (value >= 100 ? thousands(value) : String(Number(value.toPrecision(2))))

/** Bars of eighths, as many rows high as asked for; what is not 0 is never invisible. */
export const bars = (counts: readonly number[], rows: number): readonly string[] => {
  const most = Math.max(1, ...counts)
  const heights = counts.map(one => (one === 0 ? 0 : Math.max(1, Math.round((one / most) * rows * 8))))
  return Array.from({ length: rows }, (_, i) => {
    const below = (rows - 1 - i) * 8
    return heights.map(height => eighths[Math.min(8, Math.max(0, height - below))] ?? ' ').join('').trimEnd()
  })
}

const eighths = [' ', '\u2581', '\u2582', '\u2583', '\u2584', '\u2585', '\u2586', '\u2587', '\u2588']

const shownRoutes = 12

const routeRows = ({ routes: { names }, replayable }: Survey): string[] => {
  const rows = names.slice(0, shownRoutes).map(({ name, requests }) => `${percent(requests / replayable).padStart(7)} ${thousands(requests).padStart(8)}  ${printable(name, 76)}`)
  const more = names.slice(shownRoutes)
  if (more.length > 0) rows.push(`${' '.repeat(18)}and ${count(more.length, 'other route')} with ${count(more.reduce((sum, { requests }) => sum + requests, 0), 'request')}`)
  return rows.map((text, i) => row(i === 0 ? 'routes' : '', text))
}
