import type { Limits, Route, Scenario, Target } from 'lowtide'
import { leakyAndMended, usualLimits } from '../usual.ts'

/** Any Python 3.9 or later that has psycopg2. */
const python = process.env['PYTHON'] ?? 'python3'

/** A program of this folder as a target: with its leak, or mended. `../python` starts from the exhibits' folder. */
export const pythonTarget = (program: string, limits: Limits, more: Partial<Target> = {}): Target => ({
  name: program,
  command: [python, `${program}.py`],
  cwd: '../python',
  seed: [python, 'catalogue.py'],
  readyPath: '/health',
  // A leak must not be cut short by a full server.
  maxConnections: 400,
  limits: { ...usualLimits, ...limits },
  variants: leakyAndMended,
  ...more,
})

/** The same of a healthy program, which has nothing to mend. */
export const healthyTarget = (program: string, limits: Limits, more: Partial<Target> = {}): Target => {
  const { variants: _, ...target } = pythonTarget(program, limits, more)
  return target
}

/** What every program of this folder serves beside its own: 95 of 100 requests. */
export const ordinaryRoutes = [
  { name: 'list', path: '/items?page=3', weight: 57, expect: { contains: 'item 61: 5' } },
  { name: 'item', path: '/item?id=7', weight: 38, expect: { contains: 'item 7, 0 in stock' } },
] satisfies readonly Route[]

/** A load of the ordinary routes and these. */
export const loadWith = (...routes: readonly Route[]): Scenario['load'] => ({ kind: 'routes', requestTimeoutMs: 5_000, routes: [...ordinaryRoutes, ...routes] })
