import { setTimeout as delay } from 'node:timers/promises'
import { speaksTls } from './speaks-tls.ts'
import { visit } from './visit.ts'

export type ReadyOptions = {
  readonly url: string
  readonly deadlineMs: number
  /** Why it will never be ready; null while it still may. */
  readonly crashed: () => string | null
  readonly logTail: () => Promise<readonly string[]>
  readonly name: string
  readonly signal: AbortSignal
}

/** Waits until the URL answers with a status below 400. Fails with the last answer and the last log lines of the application. */
export async function untilReady({ url, deadlineMs, crashed, logTail, name, signal }: ReadyOptions): Promise<void> {
  const startedMs = performance.now()
  let last = 'no answer'
  let answered = false
  for (let waitMs = 10; ; waitMs = Math.min(waitMs * 1.5, 250)) {
    const leftMs = deadlineMs - (performance.now() - startedMs)
    const crash = crashed()
    if (crash !== null || leftMs <= 0) {
      const { pathname, hostname, port } = new URL(url)
      const what = crash !== null ? `ended before it was ready: ${crash}` : `was not ready at ${pathname} after ${deadlineMs / 1000} s: ${last}`
      const isEncrypted = crash === null && (await speaksTls(hostname, Number(port)))
      const hint = isEncrypted ? ' It speaks TLS there, and Lowtide plain HTTP: let it listen without TLS.' : crash === null && !answered ? ` Does its command listen on PORT, here ${port}?` : ''
      const lines = await logTail()
      throw new Error(`The application "${name}" ${what}.${hint} ${lines.length > 0 ? `Its log ends in:\n${lines.map((line) => `    ${line}`).join('\n')}` : 'Its log is empty.'}`)
    }
    const answer = await visit(url, AbortSignal.any([signal, AbortSignal.timeout(Math.min(Math.ceil(leftMs), 10_000))])).catch((error: Error) => error)
    signal.throwIfAborted()
    if (answer instanceof Error) last = answer.message
    else if (answer.status < 400) return
    else last = `it answered ${answer.status}`
    answered ||= !(answer instanceof Error)
    await delay(waitMs, undefined, { signal })
  }
}
