import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Owned } from './stack.ts'

/** Of a machine that is busy with other loads. */
const readyWithinMs = 30_000
/** Told that all is well, it has no more to do than to end. */
const endsWithinMs = 5_000

export type Watchdog = AsyncDisposable & { readonly own: (thing: Owned) => void; readonly owned: () => readonly Owned[] }

/**
 * Starts the second layer of cleaning up, before anything else of a run: a process of its own that holds a pipe from this one.
 * When the pipe closes without "done", however this process died, it removes all that the run owns and says so in `<dir>/logs/watchdog.log`.
 * Disposal says "done", so dispose it last. While it lives, its command line says that `run` goes on. Fails with a sentence where it does not start in time.
 */
export async function startWatchdog(dir: string, run: string, { withinMs = readyWithinMs } = {}): Promise<Watchdog> {
  const owned: Owned[] = []
  // A session of its own: the terminal's Ctrl-C and hang-up are for the harness alone.
  const child = spawn(process.execPath, ['--import', new URL('../typescript.mjs', import.meta.url).href, fileURLToPath(new URL('watchdog-main.ts', import.meta.url)), dir, run], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  child.on('error', () => {})
  child.stdin.on('error', () => {}) // its death costs the second layer, not the run
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await Promise.race([firstLine(child.stdout), ended.then(() => null), delay(withinMs, 'late', { ref: false })])
  if (ready !== 'ready') {
    child.kill('SIGKILL')
    throw new Error(`The watchdog did not start${ready === 'late' ? ` within ${withinMs / 1_000} s` : ''}, so nothing would clean up after a crash. Try \`lowtide doctor\`.`)
  }
  return {
    own: (thing) => {
      owned.push(thing)
      child.stdin.write(`${JSON.stringify(thing)}\n`)
    },
    owned: () => owned,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end('done\n')
      await Promise.race([ended, delay(endsWithinMs, undefined, { ref: false })])
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string | null> {
  for await (const line of createInterface({ input: stream })) return line
  return null
}
