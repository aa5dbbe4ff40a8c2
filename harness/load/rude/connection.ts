import { connect as connectTo, type Socket } from 'node:net'
import { openAnswers, type Answer } from './answers.ts'

/** One TCP connection to the application, with what its rude client may do to it. Disposed of, it hangs up where it has not. */
export type Connection = Disposable & {
  readonly answers: readonly Answer[]
  /** Bytes of the answers that were read, and in how many reads. */
  readonly read: () => { readonly bytes: number; readonly reads: number }
  /** Settles when the kernel has it, or once the time-out of the connection's first request has come. */
  readonly write: (text: string) => Promise<void>
  /** Sends FIN, and reads on. */
  readonly finish: () => void
  /** Ends as a program does that is killed: FIN, or RST where something was not read. */
  readonly hangUp: () => void
  /** Ends with RST; where the server has ended already, as `hangUp`. */
  readonly reset: () => void
  /** Waits for what may come of the answers, no longer than until `late` is aborted. */
  readonly until: (condition: () => boolean, late: AbortSignal) => Promise<Waited>
}

/** `so`: what was waited for. `ended`: the server sent its FIN first; `broken`: it sent RST, or what is no HTTP; `late`: its time was over first. */
export type Waited = 'so' | 'ended' | 'broken' | 'late'

/** Reads no more than `bytes` in each period. */
export type ReadingPace = { readonly bytes: number; readonly everyMs: number }

/** `localAddress`: whom the connection comes from, where that is not the kernel's to choose. */
export type Target = { readonly host: string; readonly port: number; readonly localAddress?: string }

const usualBytes = 65_536

/** `isBodiless`: whether the answer with this number on it, from 0, is one to HEAD. */
export type How = { readonly pace?: ReadingPace | undefined; readonly isBodiless?: (nth: number) => boolean }

/** Resolves once connected; rejects with the reason, or once `late` is aborted. */
export const connect = async (target: Target, late: AbortSignal, { pace, isBodiless }: How = {}): Promise<Connection> => {
  const answers = openAnswers(isBodiless)
  let state: 'open' | 'ended' | 'broken' = 'open'
  let [bytes, reads] = [0, 0]
  const waiting = new Set<() => void>()
  const changed = () => {
    for (const look of waiting) look()
  }
  const broken = () => {
    if (state === 'open') state = 'broken'
    changed()
  }
  const parse = (work: () => void) => {
    try {
      work()
    } catch {
      broken()
    }
  }
  const socket: Socket = connectTo({
    ...target,
    noDelay: true,
    // A FIN of the server's would be answered with one by Node itself. In the midst of that a reset fails, and leaves a socket behind at which the event loop spins.
    allowHalfOpen: true,
    onread: {
      buffer: Buffer.alloc(pace?.bytes ?? usualBytes),
      callback: (count, buffer) => {
        bytes += count
        reads++
        parse(() => answers.feed(Buffer.from(buffer.subarray(0, count))))
        changed()
        return pace === undefined
      },
    },
  })
  const reading = pace && setInterval(() => socket.resume(), pace.everyMs)
  socket.once('end', () => {
    parse(answers.end)
    if (state === 'open') state = 'ended'
    changed()
  })
  socket.once('close', () => clearInterval(reading))
  await connected(socket, late)
  socket.on('error', broken)

  return {
    answers: answers.all,
    read: () => ({ bytes, reads }),
    write: text =>
      new Promise(resolve => {
        socket.write(text, 'utf8', () => resolve())
        if (late.aborted) resolve()
        else late.addEventListener('abort', () => resolve(), { once: true })
      }),
    finish: () => void socket.end(),
    hangUp: () => void socket.destroy(),
    [Symbol.dispose]: () => void socket.destroy(),
    reset: () => void (state === 'open' ? socket.resetAndDestroy() : socket.destroy()),
    until: (condition, late) =>
      new Promise(resolve => {
        const settle = (how: Waited) => {
          waiting.delete(look)
          late.removeEventListener('abort', onLate)
          resolve(how)
        }
        const onLate = () => settle('late')
        const look = () => {
          if (condition()) settle('so')
          else if (state !== 'open') settle(state)
          else if (late.aborted) settle('late')
        }
        waiting.add(look)
        late.addEventListener('abort', onLate)
        look()
      }),
  }
}

const connected = (socket: Socket, late: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      late.removeEventListener('abort', onLate)
      socket.destroy()
      reject(error)
    }
    const onLate = () => fail(new Error('no connection before the time-out'))
    socket.once('error', fail)
    late.addEventListener('abort', onLate)
    socket.once('connect', () => {
      socket.off('error', fail)
      late.removeEventListener('abort', onLate)
      resolve()
    })
  })
