import type { Act, Numbered } from './acts.ts'
import type { Answer } from './answers.ts'
import { connect, type Connection, type ReadingPace, type Target } from './connection.ts'
import { asTold, isExpected, isFarewell, judged, notConnected, otherwise, thrown, without, type Done } from './done.ts'
import type { Manner } from './manners.ts'
import type { SourceAddress } from './source-address.ts'
import { headOf, wholeOf } from './wire.ts'

export type Stage = {
  readonly target: Target
  /** Of the Host header. */
  readonly host: string
  readonly timeoutMs: number
  /** One that nobody else comes from. Rejects where there is none to be had. */
  readonly sourceAddress: () => Promise<SourceAddress>
  /** Called as a request begins; what it gives, as the client is through with it. */
  readonly begin: (request: Numbered) => (done: Done) => void
}

/** Does one act to its end. Never rejects: what goes wrong is what came of its requests, and what threw of those that it left without an end. */
export const perform = async (act: Act, stage: Stage): Promise<void> => {
  const inFlight = new Set<(done: Done) => void>()
  const begin = (asked: Numbered) => {
    const ended = stage.begin(asked)
    const done = (came: Done) => {
      inFlight.delete(done)
      ended(came)
    }
    inFlight.add(done)
    return done
  }
  try {
    await performOn({ ...stage, begin }, act)
  } catch (error) {
    for (const done of inFlight) done(thrown(error))
  }
}

const performOn = async (stage: Stage, { manner, requests }: Act): Promise<void> => {
  const [first, second] = requests as readonly [Numbered, Numbered]
  switch (manner.kind) {
    case 'plain':
    case 'connection churn':
      for (const one of requests) await alone(one, stage, ask)
      return
    case 'abort':
      return alone(first, stage, scene => abort(scene, manner.at))
    case 'vanish':
      return vanish(first, stage)
    case 'slow reader':
      return alone(first, stage, readSlowly, paceOf(manner.bytesPerSecond))
    case 'half close':
      return alone(first, stage, halfClose)
    case 'body never sent':
      return alone(first, stage, scene => keepBody(scene, manner.silentMs))
    case 'header drip':
      return alone(first, stage, scene => drip(scene, manner.bytesPerSecond))
    case 'double submit':
      return submitTwice([first, second], stage)
    case 'pipelined pair':
      return pipeline([first, second], stage)
    case 'keep-alive storm':
      return storm(requests, stage)
    default:
      return manner satisfies never
  }
}

/** A request over its connection. `late` is its time-out. */
type Scene = { readonly connection: Connection; readonly asked: Numbered; readonly host: string; readonly late: AbortSignal }

/** Over a connection of its own, which is closed when the play is over. */
const alone = async (asked: Numbered, { target, host, timeoutMs, begin }: Stage, play: (scene: Scene) => Promise<Done>, pace?: ReadingPace): Promise<void> => {
  const done = begin(asked)
  const late = AbortSignal.timeout(timeoutMs)
  const connection = await connect(target, late, { pace, isBodiless: () => isHead(asked) }).catch(notConnected)
  if ('outcome' in connection) return done(connection)
  using _hungUp = connection
  done(await play({ connection, asked, host, late }))
}

const isHead = (asked: Numbered | undefined): boolean => asked?.request.method === 'HEAD'

const ask = async (scene: Scene): Promise<Done> => {
  await scene.connection.write(wholeOf(scene.asked, scene.host))
  return answered(scene)
}

/** The answer with this number on its connection, whole. */
const answered = async ({ connection, asked, late }: Scene, nth = 0): Promise<Done> => {
  const waited = await connection.until(() => connection.answers[nth]?.complete === true, late)
  return waited === 'so' ? judged(connection.answers[nth]!, asked.request) : without(waited)
}

/** What its server sends from then on is answered by nobody, not even its kernel: it is gone before its connection is closed, whose FIN goes nowhere. */
const vanish = async (asked: Numbered, { target, host, timeoutMs, sourceAddress, begin }: Stage): Promise<void> => {
  const done = begin(asked)
  const address = await sourceAddress().catch((error: Error) => error)
  if (address instanceof Error) return done({ ...otherwise(0), note: `no address to vanish from: ${address.message}` })
  const late = AbortSignal.timeout(timeoutMs)
  const connection = await connect({ ...target, localAddress: address.ip }, late, { isBodiless: () => isHead(asked) }).catch(notConnected)
  if ('outcome' in connection) return done(connection)
  using _hungUp = connection
  await connection.write(wholeOf(asked, host))
  const waited = await connection.until(() => (connection.answers[0]?.bodyBytes ?? 0) > 0 || connection.answers[0]?.complete === true, late)
  const failed = waited === 'so' ? await address.takeAway().then(() => null, (error: Error) => error) : null
  connection.hangUp()
  if (failed !== null) return done({ ...otherwise(0), note: `its address could not be taken away: ${failed.message}` })
  done(waited === 'so' ? cutOff(connection.answers[0]!, asked) : without(waited))
}

const abort = async (scene: Scene, at: (Manner & { readonly kind: 'abort' })['at']): Promise<Done> => {
  const { connection, asked, host, late } = scene
  switch (at) {
    case 'headers':
      await connection.write(headOf(asked, host))
      connection.hangUp()
      return asTold(0)
    case 'first byte':
    case 'mid-body': {
      await connection.write(wholeOf(asked, host))
      const waited = await connection.until(() => (at === 'first byte' ? connection.read().bytes > 0 : (connection.answers[0]?.bodyBytes ?? 0) > 0 || connection.answers[0]?.complete === true), late)
      connection.hangUp()
      if (waited !== 'so') return without(waited)
      const [answer] = connection.answers
      if (answer === undefined) return asTold(0)
      return at === 'mid-body' ? cutOff(answer, asked) : isExpected(answer.status, asked.request) ? asTold(answer.status) : otherwise(answer.status)
    }
    case 'last byte': {
      const came = await ask(scene)
      connection.reset()
      return came
    }
    default:
      return at satisfies never
  }
}

/** An answer whose client left in the midst of its body. */
const cutOff = ({ status, complete }: Answer, { request }: Numbered): Done => {
  if (!isExpected(status, request)) return otherwise(status)
  return complete ? { ...otherwise(status), note: 'the body came whole before it could be cut off' } : asTold(status)
}

const tickMs = 100
const paceOf = (bytesPerSecond: number): ReadingPace => ({ bytes: Math.max(1, Math.round((bytesPerSecond * tickMs) / 1_000)), everyMs: tickMs })

const readSlowly = async ({ connection, asked, host, late }: Scene): Promise<Done> => {
  await connection.write(wholeOf(asked, host))
  const waited = await connection.until(() => connection.answers[0]?.complete === true, late)
  const [answer] = connection.answers
  if (answer === undefined || waited === 'ended' || waited === 'broken') return without(waited === 'so' ? 'broken' : waited)
  if (!isExpected(answer.status, asked.request)) return otherwise(answer.status)
  // It was at it until the end of its time, as it is told.
  if (waited === 'late') return asTold(answer.status)
  return connection.read().reads > 1 ? judged(answer, asked.request) : { ...otherwise(answer.status), note: 'the answer was too short to be read slowly' }
}

const halfClose = async (scene: Scene): Promise<Done> => {
  await scene.connection.write(wholeOf(scene.asked, scene.host))
  scene.connection.finish()
  const came = await answered(scene)
  // A server may take the FIN for a farewell. The client has read on until then all the same.
  return isFarewell(came) ? asTold(0, 'the server closed the connection without an answer') : came
}

const keepBody = async ({ connection, asked, host }: Scene, silentMs: number): Promise<Done> => {
  if (asked.request.body === undefined) return { ...otherwise(0), note: 'the request had no body to leave unsent' }
  await connection.write(headOf(asked, host))
  await connection.until(() => connection.answers[0]?.complete === true, AbortSignal.timeout(silentMs))
  // Whatever the server made of it, an answer, a farewell or patience: the body was announced and never sent.
  return asTold(connection.answers[0]?.status ?? 0)
}

const drip = async (scene: Scene, bytesPerSecond: number): Promise<Done> => {
  const { connection, asked, host, late } = scene
  const head = headOf(asked, host)
  const { bytes, everyMs } = paceOf(bytesPerSecond)
  for (let sent = 0; sent < head.length; sent += bytes) {
    if (late.aborted) return { ...without('late'), note: 'the headers were not through before the time-out' }
    await connection.write(head.slice(sent, sent + bytes))
    const waited = await connection.until(() => connection.read().bytes > 0, AbortSignal.timeout(everyMs))
    // To cut such a client off is a server's good right.
    if (waited !== 'late' && sent + bytes < head.length) return asTold(connection.answers[0]?.status ?? 0, 'the server ended it before its headers were through')
  }
  await connection.write(asked.request.body ?? '')
  return answered(scene)
}

type Pair = readonly [Numbered, Numbered]

/** Over two connections that stand already, so that neither comes first. */
const submitTwice = async (pair: Pair, { target, host, timeoutMs, begin }: Stage): Promise<void> => {
  const dones = pair.map(begin)
  const late = AbortSignal.timeout(timeoutMs)
  const connections = await Promise.all(pair.map(asked => connect(target, late, { isBodiless: () => isHead(asked) }).catch(notConnected)))
  using hungUp = new DisposableStack()
  for (const connection of connections) if ('hangUp' in connection) hungUp.use(connection)
  const came = await Promise.all(connections.map(async (connection, i) => ('outcome' in connection ? connection : await ask({ connection, asked: pair[i]!, host, late }))))
  // To refuse the second of two is what an application should do.
  const isAccepted = came.some(({ outcome }) => outcome === 'counted')
  for (const [i, end] of came.entries()) dones[i]!(isAccepted && end.outcome === 'unexpected' ? { ...end, outcome: 'counted' } : end)
}

const pipeline = async (pair: Pair, { target, host, timeoutMs, begin }: Stage): Promise<void> => {
  const dones = pair.map(begin)
  const late = AbortSignal.timeout(timeoutMs)
  const connection = await connect(target, late, { isBodiless: nth => isHead(pair[nth]) }).catch(notConnected)
  if ('outcome' in connection) return dones.forEach(done => done(connection))
  using _hungUp = connection
  await connection.write(pair.map(asked => wholeOf(asked, host)).join(''))
  await Promise.all(pair.map(async (asked, nth) => dones[nth]!(await answered({ connection, asked, host, late }, nth))))
}

/** Where the server closes the connection, the rest goes over another. */
const storm = async (requests: readonly Numbered[], { target, host, timeoutMs, begin }: Stage): Promise<void> => {
  let open: Connection | null = null
  using _hungUp = { [Symbol.dispose]: () => open?.hangUp() }
  let nth = 0
  for (const [i, asked] of requests.entries()) {
    const done = begin(asked)
    const late = AbortSignal.timeout(timeoutMs)
    const connection: Connection | Done = open ?? (await connect(target, late, { isBodiless: later => isHead(requests[i + later]) }).catch(notConnected))
    if ('outcome' in connection) {
      done(connection)
      continue
    }
    open = connection
    await connection.write(wholeOf(asked, host))
    const came = await answered({ connection, asked, host, late }, nth)
    const goesOn: boolean = connection.answers[nth]?.complete === true && connection.answers[nth]!.keepsAlive
    const isLast = asked === requests.at(-1)
    if (!goesOn || isLast) connection.hangUp()
    open = goesOn ? connection : null
    nth = goesOn ? nth + 1 : 0
    done(goesOn || isLast || came.outcome !== 'counted' ? came : { ...came, note: 'the server closed the connection before the storm was over' })
  }
}
