import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { arrivalsOf } from '../replay/arrivals.ts'
import { heeding } from '../replay/heeding.ts'
import { formatOf, LogError, readLog } from '../replay/read-log.ts'
import { surveyOf } from '../replay/survey.ts'
import type { Load } from '../scenario/scenario.ts'
import { nothingToReplay, readingOf, type ReplayLoad } from './tape.ts'

/** What is wrong with the file that a load names, one sentence each; none for a good one. Nothing needs to be booted to know. A log is read up to its first requests that can be replayed. Fails once `signal` is aborted. */
export const problemsOfFiles = async (load: Load, scenarioDir: string, signal: AbortSignal): Promise<readonly string[]> => {
  switch (load.kind) {
    case 'routes':
      return []
    case 'journey': {
      const file = resolve(scenarioDir, load.journey)
      const isThere = await stat(file).then((found) => found.isFile(), () => false)
      return isThere ? [] : [`Expected load.journey to name a script, and there is none at ${file}.`]
    }
    case 'replay':
      return problemsOfLog(load, scenarioDir, signal).catch((error: unknown) => {
        if (error instanceof LogError) return [error.message]
        throw error
      })
    default:
      return load satisfies never
  }
}

const problemsOfLog = async (load: ReplayLoad, scenarioDir: string, signal: AbortSignal): Promise<readonly string[]> => {
  const { log, rules, secrets } = readingOf(load, scenarioDir)
  const format = await formatOf(log)
  const read = () => heeding(signal, readLog({ ...log, format }, secrets))
  for await (const { length } of arrivalsOf(read(), rules, format === 'har')) if (length > 0) return []
  return [nothingToReplay(load, log, await surveyOf(read(), { format, rules })).message]
}
