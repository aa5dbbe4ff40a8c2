import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { appendResult, resumeResults } from '../results.ts'
import { inOrder } from '../verdict/words.ts'
import type { Row } from './experiment.ts'
import { experiments } from './experiments.ts'

/** A stretch of trials that one thread does in one go. */
export type Job = Omit<Row, 'counts' | 'oddities'>

const stretch = 250

/** What a trial of an experiment costs, roughly, as a multiple of one of a healthy timeline. Without it the remaining time would be told as if all trials were as dear as the dearest. */
const costs: Readonly<Record<string, number>> = { recall: 1, sequential: 0.005, coverage: 0.002, curves: 0.8 }

const costOf = ({ experiment, trials }: Pick<Job, 'experiment' | 'trials'>): number => trials * (costs[experiment] ?? 1)

/** Everything that `trials` asks for, in stretches. */
export function jobsOf(trials: number, seed: number, engine: string): readonly Job[] {
  return experiments.flatMap(({ name, cells }) =>
    cells.flatMap(({ cell, share }) => {
      const wanted = Math.max(20, Math.ceil(trials * share))
      return Array.from({ length: Math.ceil(wanted / stretch) }, (_, i) => ({ experiment: name, cell, engine, seed, from: i * stretch, trials: Math.min(stretch, wanted - i * stretch) }))
    }),
  )
}

export type SimulatorOptions = {
  readonly trials: number
  readonly seed: number
  /** The file of raw results: a line for each stretch, appended when it is done. What is in it is not done again. */
  readonly file: string
  readonly signal: AbortSignal
  /** Called with the stretches done and to do, and the share of the work that is done. */
  readonly onRow: (done: number, of: number, share: number) => void
}

/** Runs on every core what the raw results do not hold yet, and returns all rows. Rejects when `signal` aborts. */
export async function runSimulator({ trials, seed, file, signal, onRow }: SimulatorOptions): Promise<readonly Row[]> {
  const jobs = jobsOf(trials, seed, await engineOf())
  const known = new Map((await resumeResults(file, isRow)).map((row) => [keyOf(row), row]))
  const rows = jobs.flatMap((job) => known.get(keyOf(job)) ?? [])
  const left = jobs.filter((job) => !known.has(keyOf(job)))
  const next = left[Symbol.iterator]()
  const all = left.reduce((sum, job) => sum + costOf(job), 0)
  let [done, spent] = [0, 0]

  const work = async () => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url))
    try {
      for (const job of next) {
        signal.throwIfAborted()
        const row = await askOnce(worker, job)
        rows.push(row)
        await appendResult(file, row)
        onRow((done += 1), left.length, (spent += costOf(job)) / all)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(left.length, availableParallelism()) }, work))
  return rows
}

const isRow = ({ experiment, cell, counts }: Partial<Row>): boolean => typeof experiment === 'string' && typeof cell === 'string' && typeof counts === 'object'

const keyOf = ({ experiment, cell, engine, seed, from, trials }: Job): string => JSON.stringify([experiment, cell, engine, seed, from, trials])

/** What judges and what is judged: folders of harness/, and the two modules that the simulator takes from elsewhere. */
const engine = ['attribution', 'invariants', 'load/journey/mix.ts', 'probes/quiet.ts', 'simulator', 'timeline', 'verdict']

/** A digest of it: results of another engine are not results of this one. */
async function engineOf(): Promise<string> {
  const root = join(import.meta.dirname, '..')
  const files = await Promise.all(engine.map(async (path) => (path.endsWith('.ts') ? [path] : (await readdir(join(root, path), { recursive: true })).map((file) => join(path, file)))))
  const hash = createHash('sha256')
  for (const file of files.flat().filter((name) => /\.m?ts$/.test(name) && !name.includes('.test.')).toSorted(inOrder)) hash.update(`${file}\n`).update(await readFile(join(root, file)))
  return hash.digest('hex').slice(0, 12)
}

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
