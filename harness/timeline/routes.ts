/** What a request is told under whose route is one too many. */
export const otherRoutes = 'other routes'

/** Names that one user of a journey may give. k6 keeps 15 kB of each for ever, so that a name made up for each request would fill its memory. */
export const mostRoutesOfAUser = 200

/** Names that a run tells apart. A route may come in a dozen manners of rude clients. */
export const mostRoutes = 1_000

/** Gives a route the name that it is told under: its own, as long as there are not too many. `known` are those that have one. */
export const namedAmong = (known: Set<string>, most: number) => (route: string): string => {
  if (known.has(route)) return route
  if (known.size >= most) return otherRoutes
  known.add(route)
  return route
}

/** Stands between a route and the manner of a rude client, in the name under which such requests are told: `report · slow reader`. */
export const mannerMark = ' · '

/** Manners of rude clients whose requests last as long as the client likes, by the names of harness/load/rude/manners.ts. */
export const dawdlingManners = ['slow reader', 'header drip', 'body never sent'] as const

/** Whether how long this route's requests took is the client's doing, and says nothing of the application. */
export const dawdles = (route: string): boolean => dawdlingManners.some((manner) => route.endsWith(`${mannerMark}${manner}`))
