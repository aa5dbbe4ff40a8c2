import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Control, Planted } from '../timeline/entry.ts'
import { bundle } from '../stack/bundle.ts'
import type { Stack } from '../stack/stack.ts'

export type PlantOptions = {
  readonly stack: Stack
  /** The run's folder: the planter's program goes to `agent/` in it, which a sidecar sees at the same path. */
  readonly dir: string
  readonly record: (happening: Control) => void
  readonly signal: AbortSignal
}

const plantedSessions = 3
const plantedDescriptors = 5

/** Plants known leaks through the agent, so they are born where the application's would be. Disposal removes them; both are recorded. */
export async function plantControl({ stack, dir, record, signal }: PlantOptions): Promise<AsyncDisposable> {
  const program = await bundle(fileURLToPath(new URL('planter.ts', import.meta.url)), join(dir, 'agent', 'planter.mjs'))
  const env = { DATABASE_URL: stack.database.appUriInside, PLANT_SESSIONS: String(plantedSessions), PLANT_DESCRIPTORS: String(plantedDescriptors) }
  const { pid, firstLine } = await stack.agent.ask({ ask: 'plant', program, env }, signal)
  const said = JSON.parse(firstLine)
  const planted: Planted = { planterPid: pid, sessionPids: said.sessionPids, zombiePids: said.zombiePids, descriptors: said.descriptors }
  record({ kind: 'control', edge: 'planted', planted })
  return {
    [Symbol.asyncDispose]: async () => {
      // Not the run's signal: what was planted is removed from an interrupted run as well.
      await stack.agent.ask({ ask: 'unplant' }, AbortSignal.timeout(10_000))
      record({ kind: 'control', edge: 'removed', planted })
    },
  }
}
