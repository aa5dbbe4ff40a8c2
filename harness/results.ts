import { appendFile, mkdir, open, readFile, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from './scenario/usage-error.ts'
import { UnwritableError } from './timeline/recorder.ts'

/** Whether a line of a file of results is one: another file may have been named by mistake. */
export type Fits<R> = (line: Partial<R>) => boolean

/** Raw results, a line of JSON each; none where there is no file yet. What a machine that went down had written of a last line is left out. Fails in one line on a file of another kind. */
export async function readResults<R extends object>(file: string, fits: Fits<R>): Promise<readonly R[]> {
  return (await readWhole(file, fits)).results
}

/** The same of a file that is to be appended to, which is made fit for it: a place that cannot be written is told before hours have been measured, and the next line begins one. */
export async function resumeResults<R extends object>(file: string, fits: Fits<R>): Promise<readonly R[]> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await (await open(file, 'a')).close()
  } catch (cause) {
    throw new UsageError([`No results can be written to ${file}: ${(cause as Error).message}. Name another place with --raw.`], { cause })
  }
  const { results, bytes, lacksEnd } = await readWhole(file, fits)
  await truncate(file, bytes)
  if (lacksEnd) await appendFile(file, '\n')
  return results
}

/** Appends one result. A disk that is full by now is told in one line, with what becomes of the results. */
export async function appendResult(file: string, result: object): Promise<void> {
  try {
    await appendFile(file, `${JSON.stringify(result)}\n`)
  } catch (cause) {
    throw new UnwritableError(`No further result can be written to ${file}: ${(cause as Error).message}. Make room and start it again: it goes on behind the last one that is whole.`, cause)
  }
}

/** `bytes`: how far the file can be read. */
async function readWhole<R extends object>(file: string, fits: Fits<R>): Promise<{ readonly results: readonly R[]; readonly bytes: number; readonly lacksEnd: boolean }> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw new UsageError([`The results in ${file} cannot be read: ${cause.message}. Name another place with --raw.`], { cause })
  })
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const results = lines.flatMap((line, nth) => {
    if (line === '') return []
    const result = resultIn(line, fits)
    if (result === null) throw new UsageError([`Line ${nth + 1} of ${file} is no result: ${JSON.stringify(line.slice(0, 60))}. Name another place with --raw.`])
    return [result]
  })
  const unended = last === '' ? null : resultIn(last, fits)
  return { results: unended === null ? results : [...results, unended], bytes: Buffer.byteLength(unended === null ? text.slice(0, text.length - last.length) : text), lacksEnd: unended !== null }
}

function resultIn<R extends object>(line: string, fits: Fits<R>): R | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && fits(value) ? (value as R) : null
  } catch {
    return null
  }
}
