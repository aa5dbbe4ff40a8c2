import { longestPath } from '../journey/plan.ts'
import type { Ended, Started } from '../samples.ts'

/** The two lines of a request as samples.ts reads them from k6's own output too: `s` as it starts, `e` as it ends. */
export const startedLine = ({ atMs, request, route, path }: Pick<Started, 'atMs' | 'request' | 'route' | 'path'>): string =>
  `s,${micros(atMs)},0,${request},${encodeURIComponent(route)},${encodeURIComponent(path.slice(0, longestPath))}\n`

export const endedLine = ({ atMs, durationMs, request, route, outcome, status, errorCode }: Omit<Ended, 'kind'>): string =>
  `e,${micros(atMs)},${durationMs.toFixed(3)},${request},${encodeURIComponent(route)},${outcome},${status},${errorCode}\n`

const micros = (ms: number) => Math.round(ms * 1_000)
