import { join } from 'node:path'
import { loadFolder } from '../folder.ts'
import { storeAtomically, UnwritableError } from '../timeline/recorder.ts'
import type { Reporter, RunRecord } from './run-record.ts'

/**
 * Writes every report of reporters/ into the run's folder and returns the files' names. Each is written whole or not at all; one that fails keeps
 * none of the others from being written, and is told at the end as an AggregateError.
 */
export async function writeReports(dir: string, run: RunRecord): Promise<readonly string[]> {
  const reporters = await loadReporters()
  const failures = reporters.flatMap(({ file, render }) => {
    try {
      storeAtomically(join(dir, file), render(run))
      return []
    } catch (error) {
      const cause = error instanceof UnwritableError ? error.cause : error
      return [new Error(`${file} was not written to ${dir}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })]
    }
  })
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join(' '))
  return reporters.map(({ file }) => file)
}

export const loadReporters = (): Promise<readonly Reporter[]> =>
  loadFolder<Reporter>(join(import.meta.dirname, 'reporters'), 'a reporter: { file, render }', ({ file, render }) => typeof file === 'string' && typeof render === 'function')
