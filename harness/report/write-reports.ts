import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadFolder } from '../folder.ts'
import type { Reporter, RunRecord } from './run-record.ts'

/**
 * Writes every report of reporters/ into the run's folder and returns the files' names. Each is written whole or not at all; one that fails keeps
 * none of the others from being written, and is told at the end as an AggregateError.
 */
export async function writeReports(dir: string, run: RunRecord): Promise<readonly string[]> {
  const reporters = await loadReporters()
  const written = await Promise.allSettled(reporters.map(async ({ file, render }) => (await writeWhole(join(dir, file), render(run)), file)))
  const failures = written.flatMap((result, i) => (result.status === 'rejected' ? [new Error(`${reporters[i]?.file} was not written to ${dir}: ${messageOf(result.reason)}`, { cause: result.reason })] : []))
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join(' '))
  return written.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

export const loadReporters = (): Promise<readonly Reporter[]> =>
  loadFolder<Reporter>(join(import.meta.dirname, 'reporters'), 'a reporter: { file, render }', ({ file, render }) => typeof file === 'string' && typeof render === 'function')

async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.unfinished`
  try {
    await writeFile(unfinished, text)
    await rename(unfinished, path)
  } catch (cause) {
    await rm(unfinished, { force: true })
    throw cause
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
