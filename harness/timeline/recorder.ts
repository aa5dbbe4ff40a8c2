import { closeSync, fstatSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeChecksums } from './checksums.ts'
import type { Entry, Happening } from './entry.ts'
import type { Facts } from './facts.ts'
import { withChecksum } from './facts-checksum.ts'
import { beginLines } from './look-lines.ts'
import { redact } from './redact.ts'

/** Appends to a run's record. Secrets are taken out before anything is written, and when the harness dies at most the last second is lost. */
export type Recorder = Disposable & {
  readonly dir: string
  readonly record: (happening: Happening) => void
  readonly startedAt: Date
  readonly nowMs: () => number
  /** Calls `read` with every entry from now on. */
  readonly follow: (read: (entry: Entry) => void) => void
  /** Writes a file of the run (path relative to its folder), whole or not at all. */
  readonly store: (file: string, text: string) => void
  /** Aborts with the first failure to write, an UnwritableError: a full disk must end the run, not thin its record. */
  readonly failed: AbortSignal
}

const flushEveryMs = 1_000

export function openRecorder(dir: string): Recorder {
  const path = join(dir, 'timeline.ndjson')
  const fd = openNew(path)
  const origin = performance.now()
  const startedAt = new Date()
  const readers: ((entry: Entry) => void)[] = []
  const failure = new AbortController()
  const told = beginLines()
  const checked = writeChecksums()
  let lines = 0
  let pending: string[] = []

  const flush = () => {
    const text = pending.join('')
    pending = []
    // After a failure the last line may be incomplete, and the next one would be read as its end.
    if (failure.signal.aborted) return
    try {
      // Not writeSync, which may write only a part and return how much.
      writeFileSync(fd, text)
      if (fstatSync(fd).nlink === 0) throw new Error('it was deleted while the run went on')
    } catch (cause) {
      failure.abort(unwritable(path, cause))
    }
  }
  const timer = setInterval(flush, flushEveryMs)
  const nowMs = () => Math.round((performance.now() - origin) * 10) / 10
  let open = true

  return {
    dir,
    nowMs,
    failed: failure.signal,
    startedAt,
    record: (happening) => {
      const { entry, line } = told({ n: lines, atMs: nowMs(), ...happening })
      lines += 1
      pending.push(`${checked(redact(JSON.stringify(line)), entry.kind === 'end' ? 'last' : 'any')}\n`)
      for (const read of readers) read(entry)
    },
    follow: (read) => void readers.push(read),
    store: (file, text) => storeAtomically(join(dir, file), redact(text)),
    [Symbol.dispose]: () => {
      if (!open) return
      open = false
      clearInterval(timer)
      flush()
      try {
        fsyncSync(fd)
      } catch (cause) {
        failure.abort(unwritable(path, cause))
      } finally {
        closeSync(fd)
      }
    },
  }
}

/** Fails if the file exists: a record is never overwritten. */
function openNew(path: string): number {
  try {
    return openSync(path, 'ax')
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

/** The checksum is computed after secrets have been taken out, so it is that of the file. */
export const storeFacts = ({ dir }: Recorder, facts: Facts) => storeAtomically(join(dir, 'run.json'), withChecksum(redact(`${JSON.stringify(facts, null, 2)}\n`)))

/** Readers see the old file or the new one, never half of it. */
export function storeAtomically(path: string, text: string) {
  try {
    writeFileSync(`${path}.part`, text)
    renameSync(`${path}.part`, path)
  } catch (cause) {
    rmSync(`${path}.part`, { force: true })
    throw unwritable(path, cause)
  }
}

/** What is written has no room, or is gone; its message says where and what to do. */
export class UnwritableError extends Error {
  override name = 'UnwritableError'
  constructor(message: string, cause: unknown) {
    super(message, { cause })
  }
}

const unwritable = (path: string, cause: unknown): UnwritableError =>
  new UnwritableError(`The record cannot be written to ${path}: ${cause instanceof Error ? cause.message : String(cause)}. Free some space, or name another folder with --reports.`, cause)
