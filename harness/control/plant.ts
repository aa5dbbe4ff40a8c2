import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openMonitor } from '../probes/monitor.ts'
import type { Control } from '../timeline/entry.ts'
import type { Planted } from '../timeline/planted.ts'
import { bundle } from '../stack/bundle.ts'
import type { Stack } from '../stack/stack.ts'

export type PlantOptions = {
  readonly stack: Stack
  /** The run's folder. The planter's program goes to `agent/` in it, which a sidecar sees at the same path. */
  readonly dir: string
  readonly record: (happening: Control) => void
  readonly signal: AbortSignal
}

const plantsWithinMs = 15_000
const removesWithinMs = 10_000
const plantedSessions = 3
const plantedDescriptors = 5
const plantedThreads = 3
const plantedRows = 40
/** More than the planter's program itself takes. */
const plantedMemoryBytes = 64 * 1024 ** 2

/**
 * Plants known leaks: through the agent, so that they are born where the application's own would be, and a replication slot as the server's administrator. Disposal removes them. Both
 * are recorded. Rejects when they cannot be planted in time; what was planted by then is removed.
 */
export async function plantControl({ stack, dir, record, signal }: PlantOptions): Promise<AsyncDisposable> {
  const program = await bundle(fileURLToPath(new URL('planter.ts', import.meta.url)), join(dir, 'agent', 'planter.mjs'))
  const env = { DATABASE_URL: stack.database.appUriInside, PLANT_SESSIONS: String(plantedSessions), PLANT_DESCRIPTORS: String(plantedDescriptors), PLANT_THREADS: String(plantedThreads), PLANT_SEGMENTS: stack.kind === 'containers' ? '1' : '0', PLANT_ROWS: String(plantedRows), PLANT_MEMORY_BYTES: String(plantedMemoryBytes) }
  // Not under the run's signal, since what was planted has to be removed from an interrupted run as well.
  const remove = async () => {
    const patience = AbortSignal.timeout(removesWithinMs)
    // Both removals go to their end, whatever becomes of the other: a server that is gone fails sooner than the planter answers.
    const removed = await Promise.allSettled([stack.agent.ask({ ask: 'unplant' }, patience), dropSlot(stack, patience)])
    for (const one of removed) if (one.status === 'rejected') throw one.reason
  }
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

async function plant(stack: Stack, program: string, env: Record<string, string>, signal: AbortSignal): Promise<Planted> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(plantsWithinMs)])
  const { pid, firstLine } = await stack.agent.ask({ ask: 'plant', program, env }, patience)
  const slot = await plantSlot(stack, patience)
  return { planterPid: pid, ...(JSON.parse(firstLine) as Omit<Planted, 'planterPid' | keyof PlantedSlot>), ...slot }
}

const slotName = 'lowtide_control'

type PlantedSlot = Required<Pick<Planted, 'replicationSlots' | 'retainedBytes'>>

/**
 * Only an administrator can rely on being allowed to make a slot. This one keeps the write-ahead log from the last checkpoint on, which is always some. If the server has no room for
 * one more, the run plants none and says so; any other refusal means that the control has failed.
 */
async function plantSlot({ database }: Stack, signal: AbortSignal): Promise<PlantedSlot> {
  await using admin = await openMonitor(database.adminUri, 'control')
  try {
    const [slot] = await admin.query<{ bytes: number }>('SELECT (pg_current_wal_lsn() - lsn)::float AS bytes FROM pg_create_physical_replication_slot($1, true)', [slotName], signal)
    return { replicationSlots: [slotName], retainedBytes: slot?.bytes ?? 0 }
  } catch (error) {
    if (allowsNoSlot(error)) return { replicationSlots: [], retainedBytes: 0 }
    signal.throwIfAborted()
    throw new Error(`the replication slot "${slotName}" could not be planted: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** PostgreSQL manual, "PostgreSQL Error Codes": 53400, all of max_replication_slots are taken; 55000, wal_level or max_replication_slots allow none. */
const allowsNoSlot = (error: unknown): boolean => error instanceof pg.DatabaseError && (error.code === '53400' || error.code === '55000')

async function dropSlot({ database }: Stack, signal: AbortSignal): Promise<void> {
  await using admin = await openMonitor(database.adminUri, 'control')
  await admin.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [slotName], signal)
}
