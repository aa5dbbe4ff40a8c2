import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { ownChildren } from '../stack/own-children.ts'

const lookEveryMs = 20
const withinMs = 120_000

/** The load generator is killed in the midst of the first load that it sends. */
export default {
  name: 'kill-generator',
  about: 'k6 is killed in the midst of its load',
  inject: async (_, { run, signal }) => void killOnceThere(run, AbortSignal.any([signal, AbortSignal.timeout(withinMs)])),
} satisfies Fault

async function killOnceThere(run: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const generators = ownChildren(run, '--paused')
    for (const pid of generators) process.kill(pid, 'SIGKILL')
    if (generators.length > 0) return
    await delay(lookEveryMs, undefined, { signal: stop }).catch(() => {})
  }
}
