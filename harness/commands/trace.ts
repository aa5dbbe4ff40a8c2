import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasWord, tracesOf, type Trace } from '../attribution/trace.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { readEntries, readFacts } from '../timeline/reader.ts'
import { count, duration } from '../verdict/words.ts'
import { textOf, type Command } from './command.ts'

export default {
  usage: 'trace <dir> [request] [--backend PID] [--json]',
  does: 'goes from a request to its process, backend and log lines, and back',
  options: { backend: { type: 'string' }, json: { type: 'boolean' } },
  run: async (args, { stdout }) => {
    const [dir, id, ...more] = args.positionals
    const backend = textOf(args, 'backend')
    const problems = [
      ...(dir === undefined || more.length > 0 ? [`Expected the folder of one run and at most one request, got ${count(args.positionals.length, 'word')}.`] : []),
      ...(backend !== undefined && !/^\d+$/.test(backend) ? [`Expected --backend to be the pid of a backend, got "${backend}".`] : []),
    ]
    if (problems.length > 0 || dir === undefined) throw new UsageError(problems)
    await readFacts(dir)
    const all = await tracesOf(readEntries(dir))
    const found = all.filter(({ request, sessions }) => (id === undefined || request === id) && (backend === undefined || sessions.some(({ pid }) => pid === Number(backend))))
    if (args.values.json === true) stdout.write(`${JSON.stringify(found)}\n`)
    else if (id !== undefined) stdout.write(found[0] === undefined ? `${notKept(id)}\n` : `${inFull(found[0], await logLinesWith(dir, id))}\n`)
    else stdout.write(`${found.map(inOneLine).join('\n')}${found.length > 0 ? '\n' : ''}${count(found.length, 'request')}${backend === undefined ? ' kept' : ` of backend ${backend}`}\n`)
    return 0
  },
} satisfies Command

const notKept = (id: string) => `Of request ${id} the record has no more than its counts: kept are those that failed, those left unanswered, and the slowest of each route. \`lowtide trace <dir>\` lists them.`

const inOneLine = ({ request, route, path, tookMs, outcome, status, processes, sessions }: Trace): string =>
  [request.padEnd(10), duration(tookMs).padStart(8), (outcome === 'counted' ? `${status}` : `${outcome}${status === 0 ? '' : ` ${status}`}`).padEnd(14), `${route}  ${path}`, ...processes.map(({ pid }) => `process ${pid}`), ...sessions.map(({ pid }) => `backend ${pid}`)].join('  ')

function inFull(trace: Trace, log: readonly string[]): string {
  const { request, route, path, cycle, startedAtMs, tookMs, outcome, status, errorCode, processes, sessions } = trace
  const ended = startedAtMs === null ? '' : `, ended ${new Date(startedAtMs + tookMs).toISOString()}`
  return [
    `request ${request} of cycle ${cycle}: ${route}, ${path}`,
    `  ${startedAtMs === null ? 'its beginning is not kept' : `began ${new Date(startedAtMs).toISOString()}`}${ended}, after ${duration(tookMs)}`,
    `  ${outcome}${status === 0 ? '' : `, status ${status}`}${errorCode === 0 ? '' : `, error ${errorCode} of k6`}`,
    ...processes.map(({ pid, state, waitChannel, cpuMs, command }) => `  process ${pid}, ${state}${waitChannel === '' ? '' : ` in ${waitChannel}`}, ${duration(cpuMs)} of CPU: ${command}`),
    ...sessions.map(({ pid, state, transactionAgeMs, query }) => `  backend ${pid}, ${state ?? 'no state'}${transactionAgeMs === null ? '' : `, transaction open for ${duration(transactionAgeMs)}`}: ${query.replace(/\s+/g, ' ').slice(0, 160)}`),
    ...(processes.length + sessions.length === 0 ? ['  no look saw a process or a backend of it: it had ended by then, or carries no id'] : []),
    ...log.map((line) => `  ${line}`),
  ].join('\n')
}

/** Each log has its say, and none has all of it. */
const mostLines = 5

async function logLinesWith(dir: string, id: string): Promise<readonly string[]> {
  const logs = join(dir, 'logs')
  const found: string[] = []
  const names: readonly string[] = await readdir(logs).catch(() => [])
  for (const name of names.toSorted()) {
    const lines = (await readFile(join(logs, name), 'utf8')).split('\n').filter((line) => hasWord(line, id))
    found.push(...lines.slice(0, mostLines).map((line) => `${name}: ${line.slice(0, 300)}`))
    if (lines.length > mostLines) found.push(`${name}: ${count(lines.length - mostLines, 'more line')} of it`)
  }
  return found
}
