import type { Limits, Route, Target } from 'lowtide'
import { capacity, usualLimits } from './usual.ts'

export { leakyAndMended } from './usual.ts'

/** A program in node/, with an empty depot's data. */
export const nodeProgram = (program: string, limits: Limits) => ({
  name: program,
  command: [process.execPath, `${program}.ts`],
  cwd: '../node',
  seed: [process.execPath, 'create.ts'],
  readyPath: '/health',
  capacity,
  limits: { ...usualLimits, ...limits },
}) satisfies Target

/** A mode of the program in go/. It is compiled anew only when it has changed, and moved into its place: runs at once share it. */
export const goProgram = (mode: string, limits: Limits) => ({
  name: mode,
  command: ['bin/zoo'],
  cwd: '../go',
  seed: ['sh', '-c', '[ bin/zoo -nt main.go ] && [ bin/zoo -nt modes.go ] || { go build -o bin/zoo.$$ . && mv bin/zoo.$$ bin/zoo; } && bin/zoo create'],
  readyPath: '/health',
  capacity,
  limits: { ...usualLimits, ...limits },
  // lib/pq insists on TLS unless told otherwise, and a database of one run has none.
  env: { ZOO_MODE: mode, PGSSLMODE: 'disable' },
}) satisfies Target

export const readParcel = { name: 'parcel', path: '/parcels/{n}', weight: 3, expect: { contains: 'in its depot' } } satisfies Route
export const scanParcel = { name: 'scan', method: 'POST', path: '/scans/{n}', weight: 1, expect: { contains: 'scanned parcel' } } satisfies Route
export const readDepot = { name: 'depot', path: '/depots/{n}', weight: 1, expect: { contains: 'parcels of' } } satisfies Route

/** Two healthy routes beside the one that is looked at: to name the owner of a leak is then no matter of course. */
export const ordinary: readonly Route[] = [readParcel, scanParcel]
