import { tracesOf, type Trace, type Traces } from '../attribution/trace.ts'
import { UsageError } from '../scenario/usage-error.ts'
import type { RequestEnd } from '../timeline/ends.ts'
import type { Member, Session } from '../timeline/member.ts'
import { readEntries, readFacts } from '../timeline/reader.ts'
import { count, duration, list } from '../verdict/words.ts'
import { textOf, type Command } from './command.ts'
import { logLinesWith } from './log-lines.ts'

export default {
  usage: 'trace <dir> [request] [--backend PID] [--json]',
  does: 'goes from a request to its process, backend and log lines, and back',
  explains: {
    options: {
      'backend PID': 'the other way: requests that a backend of PostgreSQL served, or that were in flight as it, or its transaction, began',
      json: 'the same as JSON',
    },
    examples: ['lowtide trace reports/2026-11-23T062407Z-timeline-soak', 'lowtide trace reports/2026-11-23T062407Z-timeline-soak 3-20'],
  },
  options: { backend: { type: 'string' }, json: { type: 'boolean' } },
  run: async (args, { stdout, stderr }) => {
    const [dir, id, ...more] = args.positionals
    const backend = textOf(args, 'backend')
    const problems = [
      ...(dir === undefined || more.length > 0 ? [`Expected the folder of one run and at most one request, got ${count(args.positionals.length, 'word')}.`] : []),
      ...(backend !== undefined && !/^\d+$/.test(backend) ? [`Expected --backend to be the pid of a backend, got "${backend}".`] : []),
      ...(id !== undefined && !/^\d+-\d+(-\d+)?$/.test(id) ? [`Expected a request such as 3-20 (of cycle 3, number 20), got "${id}".`] : []),
      ...(backend !== undefined && id !== undefined ? ['Expected a request or --backend, got both.'] : []),
    ]
    if (problems.length > 0 || dir === undefined) throw new UsageError(problems)
    await readFacts(dir)
    const traces = await tracesOf(readEntries(dir))
    if (traces.faults.length > 0) stderr.write(`The record has ${count(traces.faults.length, 'fault')}: ${list(traces.faults, 3)}, so these traces may lack something or tell what was not so. Ask a copy of it that is as it was written.\n`)
    else if (traces.isCutOff) stderr.write('The record was cut off: it has no last word, so these traces lack what came after. If its run still goes on, ask again at its end; else its harness died, and only another run tells the rest.\n')
    const json = args.values.json === true
    const say = (found: unknown, text: string) => void stdout.write(`${json ? JSON.stringify(found) : text}\n`)

    if (backend !== undefined) {
      const found = traces.sessionsOf(Number(backend)).map((session) => ({ session, requests: requestsOf(traces, session) }))
      say(found, found.length === 0 ? `No look of this run saw a backend ${backend}.` : found.map(ofBackend).join('\n'))
    } else if (id !== undefined) {
      const found = traces.of(id)
      say(found, found === null ? notKept(id) : inFull(found, await logLinesWith(dir, id)))
    } else say(traces.kept, [...traces.kept.map(inOneLine), `${count(traces.kept.length, 'request')} kept whole`].join('\n'))
    return 0
  },
} satisfies Command

const notKept = (id: string) => `Of request ${id} the record has no more than its counts. \`lowtide trace <dir>\` lists those that are kept whole: what failed, what was left unanswered, the slowest of each route, and what was in flight as something began that stayed.`

/** Those whose process or statement names the backend; else those in flight at the moment that it tells of itself, which were kept as it stayed, or of the first of their routes. */
function requestsOf(traces: Traces, session: Session): { readonly how: string; readonly requests: readonly Trace[] } {
  const named = traces.kept.filter(({ sessions }) => sessions.some(({ id }) => id === session.id))
  if (named.length > 0) return { how: 'carried by its process, or named in its statement', requests: named }
  const meanwhile = traces.kept.filter(({ bornMeanwhile }) => bornMeanwhile.some(({ kind, id }) => kind === 'session' && id === session.id))
  if (meanwhile.length > 0) return { how: session.transactionAgeMs === null ? 'in flight as it began' : 'in flight as its transaction began', requests: meanwhile }
  const { seenAtMs, transactionAgeMs, stateAgeMs } = session
  const ageMs = transactionAgeMs ?? stateAgeMs
  if (seenAtMs === undefined || ageMs === null) return { how: 'not known: it tells no moment of its own', requests: [] }
  return { how: transactionAgeMs === null ? 'in flight at its last use' : 'in flight as its transaction began', requests: traces.inFlightAt(seenAtMs - ageMs) }
}

const ofBackend = ({ session, requests: { how, requests } }: { readonly session: Session; readonly requests: ReturnType<typeof requestsOf> }): string =>
  [sessionLine(session), `  ${how}: ${count(requests.length, 'request')}`, ...requests.map((trace) => `  ${inOneLine(trace)}`)].join('\n')

const inOneLine = ({ request, route, tookMs, path, end, processes, sessions, bornMeanwhile }: Trace): string =>
  [
    request.padEnd(10),
    duration(tookMs).padStart(8),
    (end === null ? '' : end.outcome === 'counted' ? `${end.status}` : `${end.outcome}${end.status === 0 ? '' : ` ${end.status}`}`).padEnd(14),
    path === null ? route : `${route}  ${path}`,
    ...processes.map(({ pid }) => `process ${pid}`),
    ...sessions.map(({ pid }) => `backend ${pid}`),
    ...(bornMeanwhile.length === 0 ? [] : [`as ${bornMeanwhile.map(bornName).join(', ')} began`]),
  ].join('  ')

const bornName = (member: Member): string => (member.kind === 'session' ? `backend ${member.pid}` : member.kind === 'process' ? `process ${member.pid}` : member.id)

const endInFull = ({ outcome, status, errorCode }: RequestEnd): string => `${outcome}${status === 0 ? '' : `, status ${status}`}${errorCode === 0 ? '' : `, error ${errorCode} of k6`}`

function inFull({ request, route, cycle, startedAtMs, tookMs, path, end, processes, sessions, bornMeanwhile }: Trace, log: readonly string[]): string {
  const ended = startedAtMs === null ? '' : `, ended ${new Date(startedAtMs + tookMs).toISOString()}`
  return [
    `request ${request} of cycle ${cycle}: ${route}${path === null ? '' : `, ${path}`}`,
    `  ${startedAtMs === null ? 'its beginning is not kept' : `began ${new Date(startedAtMs).toISOString()}`}${ended}, after ${duration(tookMs)}`,
    ...(end === null ? [] : [`  ${endInFull(end)}`]),
    ...processes.map(({ pid, state, waitChannel, cpuMs, command }) => `  process ${pid}, ${state}${waitChannel === '' ? '' : ` in ${waitChannel}`}, ${duration(cpuMs)} of CPU: ${command}`),
    ...sessions.map((session) => `  ${sessionLine(session)}`),
    ...(bornMeanwhile.length === 0 ? [] : [`  while it was in flight there began, and stayed: ${bornMeanwhile.map(bornName).join(', ')}`]),
    ...(processes.length + sessions.length === 0 ? ['  no look saw a process or a backend of it: it had ended by then, or its id went no further'] : []),
    ...log.map((line) => `  ${line}`),
  ].join('\n')
}

const sessionLine = ({ pid, state, transactionAgeMs, query }: Session): string =>
  `backend ${pid}, ${state ?? 'no state'}${transactionAgeMs === null ? '' : `, transaction open for ${duration(transactionAgeMs)}`}: ${query.replace(/\s+/g, ' ').slice(0, 160)}`
