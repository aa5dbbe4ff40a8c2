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
