import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { killGroup } from './generator.ts'
import { housed } from './k6/container.ts'
import { environment, streamOnly, type K6Launch } from './k6/process.ts'
import { rehearsing } from './journey/plan.ts'

/** A visit whose code has not come back after so long is taken for one that never does. */
const patienceMs = 3_000
const deadlineMs = 30_000

/**
 * Which of a load's visits does not come back: a k6 of one user makes the first request of each, in their order, and sends none. Null where all come back, as when one loops over an answer
 * that it got; where none of them is a visit, as what a log replays would be sent once more; where k6 runs in a cluster; and once the run is interrupted.
 */
export const visitThatLoops = async ({ k6, bundle, plan, run, signal }: Pick<K6Launch, 'k6' | 'bundle' | 'plan' | 'run' | 'signal'>): Promise<string | null> => {
  if (bundle.tape !== undefined || k6.how === 'cluster' || signal.aborted) return null
  const { command: [program, ...leading], remove } = housed(k6, { name: `lowtide-k6-${run}-rehearsal-${plan.cycle}`, run })
  const child = spawn(program!, [...leading, 'run', ...streamOnly, '--log-format=raw', '--env', `LOWTIDE_PLAN=${JSON.stringify({ ...plan, rehearsal: true })}`, '-'], {
    cwd: bundle.folder,
    env: environment(run, plan),
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  })
  pipeline(createReadStream(bundle.script), child.stdin).catch(() => undefined)
  const found = await new Promise<string | null>(resolve => {
    let silent: NodeJS.Timeout | undefined
    const isOver = new AbortController()
    const end = (found: string | null) => {
      isOver.abort()
      clearTimeout(silent)
      killGroup(child)
      resolve(found)
    }
    AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]).addEventListener('abort', () => end(null), { once: true, signal: isOver.signal })
    child.once('error', () => end(null)).once('close', () => end(null))
    createInterface({ input: child.stderr }).on('line', line => {
      if (!line.startsWith(rehearsing)) return
      clearTimeout(silent)
      silent = setTimeout(() => end(line.slice(rehearsing.length)), patienceMs)
    })
  })
  // What may be left of it the run's own clean-up finds by its label, and tells.
  await remove()
  return found
}
