import { join } from 'node:path'
import type { Fault } from '../fault.ts'
import { loadFolder } from '../folder.ts'

/** Every fault that can be injected, one a file. */
export const loadFaults = (): Promise<readonly Fault[]> =>
  loadFolder<Fault>(join(import.meta.dirname, '../faults'), 'a fault: { name, about, inject }', ({ name, inject }) => typeof name === 'string' && typeof inject === 'function')
