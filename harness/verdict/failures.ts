import { faultWord } from '../timeline/faults.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { list } from './words.ts'

/** The first of each kind of failure, by route: what a reader would look for in the logs. `; for example page status 500 (/page)`, or nothing. */
export function failureWords(failures: Timeline['failures']): string {
  const kinds = [...Map.groupBy(failures, ({ route, status, errorCode }) => `${route} ${status === 0 ? `${faultWord(errorCode)}, error ${errorCode} of k6` : `status ${status}`}`)]
  return kinds.length === 0 ? '' : `; for example ${list(kinds.slice(0, 3).map(([kind, [first]]) => `${kind} (${first!.path})`))}`
}

/** From which share of the load and how many requests on a route counts as untested if all of them failed. Fewer may fail by chance, and a replay has some that always do. */
const enoughOfRoute = { share: 0.01, requests: 3 }

/** Routes of which no request was answered as expected, and how many were sent to each. */
export function neverAnswered(routes: Timeline['routes']): readonly { readonly route: string; readonly started: number }[] {
  const all = routes.reduce((sum, { started }) => sum + started, 0)
  return [...Map.groupBy(routes, ({ route }) => route)].flatMap(([route, loads]) => {
    const started = loads.reduce((sum, load) => sum + load.started, 0)
    return started >= enoughOfRoute.requests && started >= enoughOfRoute.share * all && loads.every(({ counted }) => counted === 0) ? [{ route, started }] : []
  })
}
