import type { Socket } from 'node:net'
import type { Generator, GeneratorEnd } from '../generator.ts'
import { describeExit } from '../k6/exit.ts'
import { readSamples, type Take } from '../samples.ts'

/** What is no sample, among the lines of k6-build/stream/remote.go: `t` each second, with its clock and its CPU time, `x` at the end. */
const aside = /^(?:t,(?<micros>\d+),(?<worked>\d+)|x,(?<lines>\d+),(?<code>\d+),(?<why>.*))\n/gm

/**
 * The generator at the other end of a connection, which has said who it is and waits to be let go. Its connection is its life: one that ends before the generator has said goodbye is a
 * generator lost, and one that we close ends it.
 * @param saidAtMs its clock as it spoke. Its samples are dated by our clock: machines need not agree on the time.
 * @param nowMs our clock, epoch milliseconds
 * @param patienceMs how long it may be silent: while it lives, it speaks once a second
 */
export const remoteGenerator = (socket: Socket, { saidAtMs, nowMs, patienceMs }: { readonly saidAtMs: number; readonly nowMs: () => number; readonly patienceMs: number }): Generator => {
  // What is between the clocks, and the least time that a line took to come.
  let offsetMs = nowMs() - saidAtMs
  let cpuMs = 0
  let take: Take | null = null
  let taken = 0
  let goodbye: { readonly sent: number; readonly exitCode: number; readonly why: string } | null = null
  let wrong: string | null = null
  let rest = ''

  const samples = readSamples('lowtide', sample => {
    if (take === null) throw new Error('it sent requests before it was let go')
    taken++
    take({ ...sample, atMs: sample.atMs + offsetMs })
  })
  const read = (text: string) => {
    let from = 0
    for (const { 0: line, index, groups: { micros, worked, lines, code, why = '' } = {} } of text.matchAll(aside)) {
      samples(text.slice(from, index))
      from = index + line.length
      if (micros === undefined) goodbye = { sent: Number(lines), exitCode: Number(code), why: unescaped(why) }
      else {
        offsetMs = Math.min(offsetMs, nowMs() - Number(micros) / 1000)
        cpuMs = Number(worked) / 1000
        socket.write('\n')
      }
    }
    samples(text.slice(from))
  }
  const end = (because: string) => {
    wrong ??= because
    socket.destroy()
  }

  const unreadable = Promise.withResolvers<never>()
  // It is told in the end as well, where nobody has asked for the samples yet.
  unreadable.promise.catch(() => undefined)
  socket.on('data', (chunk: Buffer) => {
    const text = rest + chunk.toString('latin1')
    const whole = text.lastIndexOf('\n') + 1
    rest = text.slice(whole)
    try {
      read(text.slice(0, whole))
    } catch (error) {
      unreadable.reject(error)
      end(error instanceof Error ? error.message : String(error))
    }
  })
  // Whoever read its first line has paused it.
  socket.resume()
  let broke = ''
  socket.on('error', (error: NodeJS.ErrnoException) => (broke = ` (${error.code ?? error.message})`))
  socket.setTimeout(patienceMs, () => end(`nothing came from it for ${patienceMs / 1000} s`))
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))

  const endOf = (): GeneratorEnd => {
    if (goodbye === null || wrong !== null) return { exitCode: null, trouble: wrong ?? `its connection ended${broke} before its load had: it was killed or evicted, or lost its network`, tail: '' }
    const { sent, exitCode, why } = goodbye
    const trouble = exitCode !== 0 ? describeExit(exitCode, null) : sent !== taken ? `of ${sent} lines that it sent ${taken} have come` : null
    return { exitCode, trouble, tail: why }
  }

  return {
    notReady: null,
    begin: () => {
      // One that is gone shows in its end.
      socket.write('go\n', () => undefined)
      return Promise.resolve()
    },
    samples: taking => {
      take = taking
      return Promise.race([closed, unreadable.promise])
    },
    ended: closed.then(endOf),
    kill: () => end('it was ended by the harness'),
    pids: [],
    cpuMs: () => [cpuMs],
  }
}

/** What Go's url.PathEscape made of a text. */
const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
