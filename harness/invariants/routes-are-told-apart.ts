import { mostRoutes, mostRoutesOfAUser, otherRoutes } from '../timeline/routes.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, thousands } from '../verdict/words.ts'

/** A journey that makes up a name for each request leaves nothing to tell by route: neither who owns a leak, nor whose latency it was. */
export default {
  name: 'routes are told apart',
  check: ({ routes }) => {
    const names = new Set(routes.map(({ route }) => route))
    if (names.size === 0) return { kind: 'not judged', sentence: 'no request was sent' }
    if (!names.has(otherRoutes)) return { kind: 'pass', sentence: `${count(names.size, 'route')} by name` }
    const sent = (of: typeof routes) => of.reduce((sum, { started }) => sum + started, 0)
    const others = sent(routes.filter(({ route }) => route === otherRoutes))
    return {
      kind: 'warning',
      sentence: `${thousands(others)} of ${count(sent(routes), 'request')} are told as "${otherRoutes}", for the journey gives more names than are told apart (${mostRoutesOfAUser} by each user, ${thousands(mostRoutes)} in all): let a name say what is asked for, and leave numbers to its path`,
      survivors: [],
    }
  },
} satisfies Invariant
