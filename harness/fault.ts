import type { Stack } from './stack/stack.ts'

/** Something that really goes wrong with the harness itself, on purpose: it shows that a run notices. */
export type Fault = {
  readonly name: string
  /** What it does, as a phrase: `its sessions to PostgreSQL are cut`. */
  readonly about: string
  /** Called once, between the baseline and the first measured cycle of `run`. A fault that has to wait for its moment goes on in the background, until `signal` aborts. */
  readonly inject: (stack: Stack, options: { readonly run: string; readonly signal: AbortSignal }) => Promise<void>
}
