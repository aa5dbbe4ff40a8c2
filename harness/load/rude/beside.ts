import { fleetOf } from '../fleet.ts'
import type { Generator } from '../generator.ts'
import type { RudeGenerator } from './process.ts'

/** k6 and the rude clients as one generator. They keep pace with its share of the dose, and are let go where it is through. */
export const beside = (k6: Generator | null, rude: RudeGenerator, politeDose: number): Generator => {
  if (k6 === null) return { ...rude, begin: () => Promise.resolve(rude.follow(1)) }
  let finished = 0
  const watched: Generator = {
    ...k6,
    samples: take =>
      k6.samples(sample => {
        take(sample)
        if (sample.kind === 'ended') rude.follow(++finished / politeDose)
      }),
  }
  void k6.ended.then(() => rude.follow(1))
  return fleetOf([
    // What goes wrong begins with who it happened to.
    { name: 'beside the rude clients', generator: watched },
    { name: 'beside k6', generator: rude },
  ])
}
