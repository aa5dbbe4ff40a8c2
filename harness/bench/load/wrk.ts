import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { itineraryOf } from '../../load/journey/itinerary.ts'
import type { LoadPlan } from '../../load/journey/plan.ts'
import type { Route } from '../../scenario/scenario.ts'
import { onlyCycle } from './arms.ts'

/** What wrk can send of a route: GET, and no headers but those of any request. */
export type WrkRoute = Pick<Route, 'name' | 'path' | 'weight'>

export type WrkLoad = {
  readonly url: string
  readonly routes: readonly WrkRoute[]
  readonly plan: Pick<LoadPlan, 'dose' | 'concurrency'>
  /** wrk ends by the clock alone: whole seconds, in which it must have sent the dose. */
  readonly seconds: number
  readonly signal: AbortSignal
}

/**
 * Has wrk send the same requests as k6 sends for this plan, in the order in which k6 takes them, and gives quantiles of how long they took. Fails where it was not at its end in time, or not all were answered.
 *
 * What wrk cannot do: it has no users but connections, each of which sends the next request as soon as it has its answer, as k6's users do without think times. It cannot end by a count, so that
 * it rests after the dose until its time is over, and the rate that it prints is none; the server's is. It tells no latencies by route without reading each answer in Lua, which costs more than
 * the request. It expects only that answers are no errors. And what it prints as latencies it has corrected for coordinated omission, which k6 has not: that is undone here.
 */
export const sendByWrk = async ({ url, routes, plan, seconds, signal }: WrkLoad): Promise<{ readonly p50Ms: number; readonly p99Ms: number }> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-wrk-'))
  await using _gone = { [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
  const script = join(dir, 'plan.lua')
  await writeFile(script, scriptOf(routes, plan))
  // One thread: each has a Lua of its own, which would begin the plan anew.
  const ran = await promisify(execFile)('wrk', ['--threads=1', `--connections=${plan.concurrency}`, `--duration=${seconds}s`, `--script=${script}`, url], { signal, maxBuffer: 64e6 }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' ? new Error('This figure needs wrk: on Debian, apt-get install wrk.', { cause }) : cause
  })
  const { stdout } = ran
  const { requests, latencies } = readLatencies(stdout, plan.concurrency)
  // A server closes connections that rest, which wrk calls read errors. They are none where each request has its answer.
  const troubles = [...stdout.matchAll(/^ *((?:Socket errors|Non-2xx).*)$/gm)].map(([, trouble]) => trouble ?? '')
  if (requests !== plan.dose || troubles.some((trouble) => trouble.startsWith('Non-2xx'))) throw new Error(`the load by wrk was not whole: ${[`${requests} of ${plan.dose} requests were answered in ${seconds} s`, ...troubles].join('; ')}`)
  return { p50Ms: quantileOf(latencies, 0.5) / 1_000, p99Ms: quantileOf(latencies, 0.99) / 1_000 }
}

/** A plan as a script of wrk. */
export const scriptOf = (routes: readonly WrkRoute[], plan: WrkLoad['plan']): string => {
  const { visits, at } = itineraryOf({ ...plan, ...onlyCycle }, routes.map(({ weight = 1 }) => ({ weight, requests: 1 })))
  return `
-- The route of each visit, a digit each, from 1.
local sequence = "${Array.from({ length: visits }, (_, n) => at(n).share + 1).join('')}"
local paths = { ${routes.map(({ path }) => JSON.stringify(path)).join(', ')} }

-- Each route's request, in pieces between which its number goes.
local pieces = {}

function init()
  wrk.headers["User-Agent"] = "lowtide"
  wrk.headers["X-Request-Id"] = "${onlyCycle.cycle}-{n}"
  for route, path in ipairs(paths) do
    pieces[route] = {}
    for piece in (wrk.format("GET", path) .. "{n}"):gmatch("(.-){n}") do table.insert(pieces[route], piece) end
  end
end

local function visit(n) return table.concat(pieces[sequence:byte(n + 1) - 48], n) end

local sent = nil

function request()
  -- Before it begins, wrk asks for one that it looks at and does not send.
  if sent == nil then sent = 0 return visit(0) end
  -- A connection that has nothing to send rests.
  if sent == #sequence then return "" end
  sent = sent + 1
  return visit(sent - 1)
end

function done(summary, latency)
  io.write("sent ", summary.requests, " in ", summary.duration, " us\\n")
  for i = 1, #latency do
    local us, count = latency(i)
    io.write("took ", us, " us ", count, "\\n")
  end
end
`
}

/** How many requests took how many microseconds. */
export type Latencies = ReadonlyMap<number, number>

/** What the script above prints at its end, as the requests themselves took it. */
export const readLatencies = (stdout: string, connections: number): { readonly requests: number; readonly latencies: Latencies } => {
  const [requests = 0, durationUs = 0] = (/^sent (\d+) in (\d+) us$/m.exec(stdout) ?? []).slice(1).map(Number)
  const told = new Map([...stdout.matchAll(/^took (\d+) us (\d+)$/gm)].map(([, us, count]) => [Number(us), Number(count)]))
  // As main() of wrk.c has it, in whole numbers.
  const each = Math.floor(requests / connections)
  const latencies = each === 0 ? told : uncorrected(told, Math.floor(durationUs / each))
  const measured = [...latencies.values()].reduce((sum, count) => sum + count, 0)
  if (measured !== requests) throw new Error(`wrk has measured ${measured} of ${requests} requests: it corrects latencies otherwise than 4.1.0 does`)
  return { requests, latencies }
}

/**
 * Takes out again what wrk has put in (stats_correct of its stats.c, 4.1.0): for a request that took more than twice the interval at which each connection sent on average, one more for each
 * whole interval that it is longer, as if others had been waiting behind it.
 */
export const uncorrected = (told: Latencies, intervalUs: number): Latencies => {
  const own = new Map(told)
  // From the longest down: what a request has added stands below it.
  for (const us of [...told.keys()].toSorted((a, b) => b - a)) {
    const count = own.get(us) ?? 0
    for (let added = us - intervalUs; count > 0 && added > intervalUs; added -= intervalUs) own.set(added, (own.get(added) ?? 0) - count)
  }
  return own
}

const quantileOf = (latencies: Latencies, quantile: number): number => {
  const ascending = [...latencies].toSorted(([a], [b]) => a - b)
  let left = Math.floor(quantile * ascending.reduce((sum, [, count]) => sum + count, 0))
  return ascending.find(([, count]) => (left -= count) < 0)?.[0] ?? Number.NaN
}
