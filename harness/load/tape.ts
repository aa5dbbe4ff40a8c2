import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { arrivalsOf, safeMethods, type Arrival, type Rules } from '../replay/arrivals.ts'
import { heeding } from '../replay/heeding.ts'
import { formatOf, LogError, readLog, type LogFile } from '../replay/read-log.ts'
import { hideSecrets } from '../replay/secrets.ts'
import { surveyOf, type Survey } from '../replay/survey.ts'
import type { Load } from '../scenario/scenario.ts'
import type { Dose } from '../timeline/entry.ts'
import type { LoadPlan } from './journey/plan.ts'

export type ReplayLoad = Extract<Load, { readonly kind: 'replay' }>

/** A log on its way into k6: each cycle gets the next stretch of it, and none is in memory but that. It is open until it is through, or disposed of. */
export type Tape = AsyncDisposable & {
  readonly survey: Survey
  /** From one arrival to the next, on average, as replayed. */
  readonly meanGapMs: number
  /** The path of a script like the bundled one, with the cycle's stretch of the log in it. Cycles come in their order. Fails where the log is through and may not begin again, and once `signal` is aborted. */
  readonly cut: (plan: Pick<LoadPlan, 'dose' | 'cycle'>, role: Dose['role'], signal: AbortSignal) => Promise<string>
}

/** Stands in the bundled script where the stretch is to be: see replay-journey.ts. */
export const tapeMark = 'lowtide:tape'

/** A night without requests proves nothing, and would spend a run's budget on it. As replayed. */
export const defaultLongestGapMs = 30_000

/** Reads the log once, for its routes and its rate. Fails with a sentence where there is nothing in it to replay, and once `signal` is aborted. */
export const openTape = async ({ load, scenarioDir, script, signal }: { readonly load: ReplayLoad; readonly scenarioDir: string; readonly script: string; readonly signal: AbortSignal }): Promise<Tape> => {
  const { log, rules, secrets } = readingOf(load, scenarioDir)
  const format = await formatOf(log)
  const survey = await surveyOf(heeding(signal, readLog({ ...log, format }, secrets)), { format, rules })
  const { span, replayable } = survey
  if (span === null) throw nothingToReplay(load, log, survey)

  const { speed = 1, loops = Infinity, longestGapMs = defaultLongestGapMs } = load
  // Where the log begins again, its first request follows its last as the others follow each other.
  const seamMs = replayable === 1 ? 1_000 : (span.toMs - span.fromMs) / (replayable - 1)
  const arrivals = endless(() => arrivalsOf(readLog({ ...log, format }, secrets), rules, format === 'har'), loops)
  const template = await readFile(script, 'utf8')
  let given = 0

  return {
    survey,
    meanGapMs: Math.min(seamMs / speed, longestGapMs),
    cut: async ({ dose, cycle }, role, signal) => {
      const routes = new Map<string, number>()
      const lines: string[] = []
      let atMs = 0
      let before: number | null = null
      while (lines.length < dose) {
        signal.throwIfAborted()
        const { value: arrival } = await arrivals.next()
        if (arrival === undefined) throw new LogError(`The log ${log.file} is through: ${given + lines.length} requests of it were replayed, ${loops === 1 ? 'once' : `${loops} times over`}, and cycle ${cycle} asks for ${dose - lines.length} more. Raise load.loops, or lower the dose.`)
        const gapMs: number = before === null ? 0 : arrival === seam ? seamMs : Math.max(0, arrival.atMs - before)
        atMs += Math.min(gapMs / speed, longestGapMs)
        if (arrival === seam) {
          before = null
          continue
        }
        before = arrival.atMs
        const route = survey.routes.nameOf(arrival.method, arrival.path)
        if (!routes.has(route)) routes.set(route, routes.size)
        // Warm-up is to fill the pools: its requests come as fast as they are answered.
        lines.push(`${role === 'warm-up' ? '' : Math.round(atMs * 10) / 10}\t${arrival.method}\t${routes.get(route)}\t${arrival.expected}\t${arrival.path}`)
      }
      given += dose
      const cutScript = join(script, '..', 'replay.js')
      // Subtle: a function, as paths may hold what `replace` would take for a pattern.
      await writeFile(cutScript, template.replace(JSON.stringify(tapeMark), () => JSON.stringify([JSON.stringify([...routes.keys()]), ...lines].join('\n'))))
      return cutScript
    },
    [Symbol.asyncDispose]: () => arrivals[Symbol.asyncDispose](),
  }
}

/** @param load as its scenario names it */
export const nothingToReplay = (load: ReplayLoad, { file }: LogFile, { lines, skipped }: Survey): LogError =>
  new LogError(`The log ${file} holds no request to replay: of ${lines} lines, ${skipped.map(({ reason, lines: those }) => `${those} ${reason}`).join('; ')}. \`lowtide replay ${load.log}\` tells more.`)

/** What a scenario says of its log, in the words of harness/replay. */
export const readingOf = ({ log, format, fields, redact, methods = safeMethods, expect = 'class', hosts, from, to }: ReplayLoad, scenarioDir: string): { readonly log: LogFile; readonly rules: Rules; readonly secrets: ReturnType<typeof hideSecrets> } => ({
  log: { file: resolve(scenarioDir, log), ...(format && { format }), ...(fields && { fields }) },
  rules: { methods, expect, ...(hosts && { hosts }), ...(from && { fromMs: Date.parse(from) }), ...(to && { toMs: Date.parse(to) }) },
  secrets: hideSecrets(redact),
})

/** Between the end of the log and its next beginning. */
const seam = Symbol('seam')

/** The log's arrivals one by one, again and again. */
async function* endless(read: () => AsyncGenerator<readonly Arrival[]>, loops: number): AsyncGenerator<Arrival | typeof seam, undefined> {
  for (let loop = 1; loop <= loops; loop++) {
    for await (const batch of read()) yield* batch
    yield seam
  }
}
