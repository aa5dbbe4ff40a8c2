import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { curves } from './curves.ts'
import type { Experiment, Row } from './experiment.ts'
import { coverage, sequential } from './statistics.ts'
import { blind, clean, recall } from './verdicts.ts'

/** In the order of their worth, should somebody stop before the end. */
export const experiments: readonly Experiment[] = [clean, blind, recall, sequential, coverage, curves]

/** A stretch of trials that one thread does at once. */
export type Job = Omit<Row, 'counts' | 'oddities'>

const stretch = 250

/** Everything that `trials` asks for, in stretches. */
export function jobsOf(trials: number, seed: number): readonly Job[] {
  return experiments.flatMap(({ name, cells }) =>
    cells.flatMap(({ cell, share }) => {
      const wanted = Math.max(20, Math.ceil(trials * share))
      return Array.from({ length: Math.ceil(wanted / stretch) }, (_, i) => ({ experiment: name, cell, seed, from: i * stretch, trials: Math.min(stretch, wanted - i * stretch) }))
    }),
  )
}

export type SimulatorOptions = {
  readonly trials: number
  readonly seed: number
  /** Raw results: a line for each stretch, appended as it is done; what is there is not done again. */
  readonly file: string
  readonly signal: AbortSignal
  readonly onRow: (done: number, of: number) => void
}

/** Runs whatever the raw results do not hold yet, on every core, and gives all of them. */
export async function runSimulator({ trials, seed, file, signal, onRow }: SimulatorOptions): Promise<readonly Row[]> {
  await mkdir(dirname(file), { recursive: true })
  const jobs = jobsOf(trials, seed)
  const known = new Map((await readRows(file)).map((row) => [keyOf(row), row]))
  const rows = jobs.flatMap((job) => known.get(keyOf(job)) ?? [])
  const left = jobs.filter((job) => !known.has(keyOf(job)))
  const next = left[Symbol.iterator]()
  let done = 0

  const work = async () => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url))
    try {
      for (const job of next) {
        signal.throwIfAborted()
        const row = await askOnce(worker, job)
        rows.push(row)
        await appendFile(file, `${JSON.stringify(row)}\n`)
        onRow((done += 1), left.length)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(left.length, availableParallelism()) }, work))
  return rows
}

/** A line that was cut off is done again. */
async function readRows(file: string): Promise<readonly Row[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Row]
    } catch {
      return []
    }
  })
}

const keyOf = ({ experiment, cell, seed, from, trials }: Job): string => JSON.stringify([experiment, cell, seed, from, trials])

function askOnce(worker: Worker, job: Job): Promise<Row> {
  return new Promise((resolve, reject) => {
    const settled = () => {
      worker.off('message', onMessage)
      worker.off('error', onError)
    }
    const onMessage = (row: Row) => {
      settled()
      resolve(row)
    }
    const onError = (error: unknown) => {
      settled()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.postMessage(job)
  })
}
