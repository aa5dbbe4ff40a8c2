import { z } from 'zod'

/** A shape for each setting of T and for no other: a setting that is only in the type, or only in the shape, does not compile. */
export type Settings<T> = Readonly<Record<keyof T, z.ZodType>>

// What many settings of a scenario are made of. The error of each is what was expected, as it follows "Expected ... to be".

export const text = z.string({ error: 'a text' }).min(1, { error: 'a text that is not empty' })
export const truth = z.boolean({ error: 'true or false' })
export const atLeast = (least: number) => wholeNumber(`a whole number of at least ${least.toLocaleString('en-US')}`, least)
export const count = atLeast(0)
export const positive = wholeNumber('a positive integer', 1)
export const factor = z.number({ error: 'a positive number' }).positive({ error: 'a positive number' })
export const oneOf = <const T extends readonly string[]>(those: T) => z.enum(those, { error: `one of ${those.join(', ')}` })
/** A program and its arguments. */
export const command = z.array(text, { error: 'a program and its arguments, as a list of texts' }).min(1, { error: 'a program and its arguments' })

function wholeNumber(error: string, least: number) {
  return z.int({ error }).min(least, { error })
}
