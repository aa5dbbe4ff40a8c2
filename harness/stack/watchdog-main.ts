import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { findOwned, removeOwned } from './owned.ts'
import type { Owned } from './stack.ts'

/** The watchdog's process: see watchdog.ts. Its arguments are the run's folder and, for whoever looks at it, the run's id. */
const dir = process.argv[2] ?? '.'
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.stdout.on('error', () => {}) // nobody reads on once the harness is dead
process.stdout.write('ready\n')

const owned: Owned[] = []
let done = false
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'done') done = true
  else owned.push(JSON.parse(line))
}
if (!done) await cleanUp()

/** Sweeps until two seconds in a row are clean: a gateway that is being killed may have started one more script. */
async function cleanUp() {
  say('the harness ended without tidying up; removing what it owned')
  const said = new Set<string>()
  for (let cleanSinceMs = Date.now(), untilMs = Date.now() + 15_000; Date.now() < untilMs && Date.now() - cleanSinceMs < 2_000; await delay(50)) {
    const removed = await removeOwned(owned).catch((error: Error) => [`not everything: ${error.message}`])
    if (removed.length === 0) continue
    cleanSinceMs = Date.now()
    for (const what of removed.filter((one) => !said.has(one))) {
      said.add(what)
      say(`removed ${what}`)
    }
  }
  const left = await findOwned(owned).catch((error: Error) => [error.message])
  say(left.length === 0 ? 'nothing of this run is left' : `still there: ${left.join(', ')}. Try lowtide doctor --clean`)
}

function say(line: string) {
  try {
    appendFileSync(join(dir, 'logs', 'watchdog.log'), `${new Date().toISOString()} ${line}\n`)
  } catch {
    // the folder may be gone, and the sweeping matters more than its story
  }
}
