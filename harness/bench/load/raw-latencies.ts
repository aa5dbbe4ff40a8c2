import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Take } from '../../load/samples.ts'

/** Every latency of a run, as its generators told it: 4 bytes each, whole microseconds, in a file beside the record. */
export type RawLatencies = Disposable & { readonly take: Take }

const mostHeld = 16_384

/** Takes samples, and keeps how long those took that were answered: of a closed load without time-outs, what the record has too. */
export const writeRawLatencies = (file: string): RawLatencies => {
  const descriptor = openSync(file, 'w')
  const micros = new Uint32Array(mostHeld)
  let held = 0
  const flush = () => {
    writeSync(descriptor, new Uint8Array(micros.buffer, 0, held * micros.BYTES_PER_ELEMENT))
    held = 0
  }
  return {
    take: (sample) => {
      if (sample.kind !== 'ended' || (sample.outcome !== 'counted' && sample.outcome !== 'unexpected')) return
      micros[held++] = Math.round(sample.durationMs * 1_000)
      if (held === mostHeld) flush()
    },
    [Symbol.dispose]: () => {
      flush()
      closeSync(descriptor)
    },
  }
}

/** Percentiles of all of them in milliseconds, none of them rounded: between two latencies in proportion, as k6 has it. */
export const readRawLatencies = (file: string): { readonly count: number; readonly percentile: (percent: number) => number } => {
  const bytes = readFileSync(file)
  const micros = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Uint32Array.BYTES_PER_ELEMENT).toSorted()
  return {
    count: micros.length,
    percentile: (percent) => {
      const rank = (percent / 100) * (micros.length - 1)
      const [below = Number.NaN, above = Number.NaN] = [micros[Math.floor(rank)], micros[Math.ceil(rank)]]
      return (below + (above - below) * (rank - Math.floor(rank))) / 1_000
    },
  }
}
