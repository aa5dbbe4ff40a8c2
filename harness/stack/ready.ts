import { setTimeout as delay } from 'node:timers/promises'
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
  for (let waitMs = 10; ; waitMs = Math.min(waitMs * 1.5, 250)) {
    const leftMs = deadlineMs - (performance.now() - startedMs)
    const crash = crashed()
    if (crash !== null || leftMs <= 0) {
      const lines = await logTail()
      const path = new URL(url).pathname
      const what = crash !== null ? `ended before it was ready (${crash})` : `was not ready at ${path} after ${deadlineMs / 1000} s (last answer: ${last})`
      throw new Error(`The application "${name}" ${what}. ${lines.length > 0 ? `Its log ends in:\n${lines.map((line) => `    ${line}`).join('\n')}` : 'Its log is empty; does its command listen on PORT?'}`)
    }
    const answer = await visit(url, AbortSignal.any([signal, AbortSignal.timeout(Math.min(Math.ceil(leftMs), 10_000))])).catch((error: Error) => error)
    signal.throwIfAborted()
    if (answer instanceof Error) last = answer.message
    else if (answer.status < 400) return
    else last = String(answer.status)
    await delay(waitMs, undefined, { signal })
  }
}
