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

const plantsWithinMs = 15_000
const removesWithinMs = 10_000
const plantedSessions = 3
const plantedDescriptors = 5

/** Plants known leaks through the agent, so they are born where the application's would be. Disposal removes them; both are recorded. */
export async function plantControl({ stack, dir, record, signal }: PlantOptions): Promise<AsyncDisposable> {
  const program = await bundle(fileURLToPath(new URL('planter.ts', import.meta.url)), join(dir, 'agent', 'planter.mjs'))
  const env = { DATABASE_URL: stack.database.appUriInside, PLANT_SESSIONS: String(plantedSessions), PLANT_DESCRIPTORS: String(plantedDescriptors) }
  // Not the run's signal: what was planted is removed from an interrupted run as well.
  const remove = () => stack.agent.ask({ ask: 'unplant' }, AbortSignal.timeout(removesWithinMs))
  const planted = await plant(stack, program, env, signal).catch(async (error: unknown) => {
    await remove().catch(() => {}) // a half-planted one too
    throw error
  })
  record({ kind: 'control', edge: 'planted', planted })
  return {
    [Symbol.asyncDispose]: async () => {
      await remove()
      record({ kind: 'control', edge: 'removed', planted })
    },
  }
}

async function plant({ agent }: Stack, program: string, env: Record<string, string>, signal: AbortSignal): Promise<Planted> {
  const { pid, firstLine } = await agent.ask({ ask: 'plant', program, env }, AbortSignal.any([signal, AbortSignal.timeout(plantsWithinMs)]))
  return { planterPid: pid, ...(JSON.parse(firstLine) as Omit<Planted, 'planterPid'>) }
}
