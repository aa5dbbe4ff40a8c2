import { join } from 'node:path'
import { loadFolder } from '../folder.ts'
import type { Stack } from '../stack/stack.ts'
import type { PoolCleanup, ServerLog } from '../timeline/entry.ts'
import type { Probe, Reader } from './probe.ts'

/** The probes that were opened, and the reader of each by its name. */
export type OpenReaders = AsyncDisposable & { readonly probes: readonly Probe[]; readonly readers: Readonly<Record<string, Reader>> }

/** Opens every probe of `resources/`. Rejects if one cannot be opened, since it would be blind from the start. */
export async function openReaders(stack: Stack, options: { readonly signal: AbortSignal; readonly say: (happening: ServerLog | PoolCleanup) => void }): Promise<OpenReaders> {
  await using made = new AsyncDisposableStack()
  const probes = await loadFolder<Probe>(join(import.meta.dirname, 'resources'), 'a probe: { name, watches, open }', ({ name, open }) => typeof name === 'string' && typeof open === 'function')
  const readers: Record<string, Reader> = {}
  for (const probe of probes) {
    readers[probe.name] = made.use(await probe.open(stack, options).catch((cause) => {
      throw new Error(`The probe "${probe.name}" could not be opened: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }))
  }
  const everything = made.move()
  return { probes, readers, [Symbol.asyncDispose]: () => everything.disposeAsync() }
}
