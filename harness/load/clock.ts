import type { Take } from './samples.ts'

/** Epoch milliseconds that go on from where the wall clock stood, whoever sets it meanwhile. */
export const steadyClock = (): (() => number) => {
  const offsetMs = Date.now() - performance.now()
  return () => offsetMs + performance.now()
}

/** A generator's clock and ours tell the same time, give or take what lies between two readings of them. */
const toleranceMs = 1_000

/**
 * Samples bear times of the wall clock, which someone may set while a load is on. One from before the load, or from the future, gets the moment at which it is read: an hour's step
 * must neither make an hour of empty seconds nor lose a request.
 */
export const datedSoundly = (take: Take, nowMs: () => number): { readonly take: Take; readonly misdated: () => number } => {
  const beganMs = nowMs()
  let misdated = 0
  return {
    take: sample => {
      const readMs = nowMs()
      const isSound = sample.atMs >= beganMs - toleranceMs && sample.atMs <= readMs + toleranceMs
      if (!isSound) misdated++
      take(isSound ? sample : { ...sample, atMs: readMs })
    },
    misdated: () => misdated,
  }
}
