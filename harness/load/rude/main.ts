// The process of the rude clients (process.ts). It is bundled with all that it imports, so that it starts as fast as Node does.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Visit } from '../journey/journey.ts'
import { actsOf, offersOf, type Numbered } from './acts.ts'
import type { Done } from './done.ts'
import { mannersOf, nameOf } from './manners.ts'
import type { Go, Said, Told } from './message.ts'
import type { RudePlan } from './parts.ts'
import { endedLine, startedLine } from './lines.ts'
import { play } from './play.ts'
import { sourceAddresses } from './source-address.ts'

const { rude, visits: file, folder, plan, addresses } = JSON.parse(process.env['LOWTIDE_RUDE'] ?? 'null') as Told

// What k6 gives to every script, as far as requests are described with it.
Object.assign(globalThis, { open: (path: string) => readFileSync(resolve(folder, path), 'utf8'), __ENV: {}, __VU: 0, __ITER: 0 })
const { default: visits } = (await import(pathToFileURL(file).href)) as { readonly default?: readonly Visit[] }
if (!Array.isArray(visits)) throw new Error('the script exports no default made by `journey` of lowtide/journey')

const say = (said: Said) => new Promise(resolve => process.send?.(said, resolve))

const send = async (plan: RudePlan): Promise<void> => {
  const acts = actsOf(plan, rude, visits)
  // Whoever has begun this is gone: nobody counts these requests any more.
  process.once('disconnect', () => process.exit(1))
  const allowed = allowance()
  await say({ kind: 'ready', acts: acts.length })
  const { hostname, port, host } = new URL(plan.baseUrl)
  const manners = await play(acts, {
    manners: mannersOf(rude).map(({ manner }) => nameOf(manner)),
    places: plan.concurrency,
    allowed,
    stage: { target: { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }, host, timeoutMs: plan.requestTimeoutMs, sourceAddress: sourceAddresses(addresses, plan.firstRequest) },
    begin: (route: string, asked: Numbered) => {
      const began = performance.now()
      process.stdout.write(startedLine({ atMs: performance.timeOrigin + began, request: asked.id, route, path: asked.path }))
      return (done: Done) => process.stdout.write(endedLine({ atMs: performance.timeOrigin + performance.now(), request: asked.id, route, durationMs: performance.now() - began, ...done }))
    },
  })
  await say({ kind: 'done', manners })
  // Whatever a socket may still be waiting for: all has been done, and all has been told.
  process.stdout.write('', () => process.exit())
}

/** Resolves once the act with this number, from 1, may begin. */
const allowance = (): ((nth: number) => Promise<void>) => {
  let upTo = 0
  let waiting: { readonly nth: number; readonly go: () => void } | null = null
  process.on('message', ({ acts }: Go) => {
    upTo = Math.max(upTo, acts)
    if (waiting !== null && waiting.nth <= upTo) waiting.go()
  })
  return nth => new Promise(go => (nth <= upTo ? go() : void (waiting = { nth, go })))
}

if (plan === null) offersOf(0, rude, visits)
else await send(plan)
