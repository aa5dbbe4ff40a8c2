import { mannerMark, mostRoutes, mostRoutesOfAUser, otherRoutes } from '../timeline/routes.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, thousands } from '../verdict/words.ts'

/** A journey that makes up a new name for each request leaves nothing to tell by route: neither which one owns a leak, nor whose latency it was. */
export default {
  name: 'routes are told apart',
  check: ({ routes }) => {
    // A route and its variants with rude clients count as one route.
    const names = new Set(routes.map(({ route }) => route.split(mannerMark, 1)[0]))
    if (names.size === 0) return { kind: 'not judged', sentence: 'no request was sent' }
    const sent = (of: typeof routes) => of.reduce((sum, { started }) => sum + started, 0)
    // A large application may have hundreds of routes; but a new name for every request or two names no route.
    const madeUp = names.size > mostRoutesOfAUser && names.size > sent(routes) / 2
    if (!madeUp && !names.has(otherRoutes)) return { kind: 'pass', sentence: `${count(names.size, 'route')} by name` }
    const others = sent(routes.filter(({ route }) => route === otherRoutes))
    const together = others === 0 ? '' : `, of which ${thousands(others)} are told together as "${otherRoutes}"`
    return {
      kind: 'warning',
      sentence: `${count(names.size, 'route')} by name in ${count(sent(routes), 'request')}${together}: let a name say what is asked for, and leave numbers to its path (${mostRoutesOfAUser} are told apart for each user, ${thousands(mostRoutes)} in all)`,
      survivors: [],
    }
  },
} satisfies Invariant
