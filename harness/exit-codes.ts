import type { Findings } from './verdict/verdict.ts'

/** What the command's exit status says. k6's own exit code is kept in the record as a cause and never mixed in. */
export const exitCodes = {
  pass: 0,
  leak: 1,
  inconclusive: 2,
  couldNotRun: 3,
  crossed: 4,
  usage: 64,
  interrupted: 130,
} as const

/** The exit code where something that was asked for could not be written: then nothing is a success, and whatever else was found stays what it is. */
export const unwrittenCodeOf = (exitCode: number): number => (exitCode === exitCodes.pass ? exitCodes.couldNotRun : exitCode)

export const exitCodeOf = (verdict: Findings['verdict']): number => exitCodes[verdict]
