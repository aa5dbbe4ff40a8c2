import { claims } from '../testing/claims.ts'
import { startOf } from '../testing/timeline-of.ts'
import noSessionWasRefused from './no-session-was-refused.ts'

const refusal = (atMs: number) => ({ kind: 'server-log', pid: 9, severity: 'FATAL', sqlstate: '53300', message: 'sorry, too many clients already', atMs }) as const

claims(noSessionWasRefused, [
  ['room for all', {}, 'pass', /had room for every session/],
  ['two refused', { also: [refusal(startOf(4)), refusal(startOf(5))] }, 'warning', /^PostgreSQL refused 2 sessions, as all of its connections were taken \(53300\), first in cycle 4: sorry, too many clients already$/],
  ['more than are kept', { also: Array.from({ length: 150 }, () => refusal(startOf(5))) }, 'warning', /refused 100 sessions or more/],
  ['another error', { also: [{ ...refusal(startOf(4)), sqlstate: '42P01' }] }, 'pass'],
])
