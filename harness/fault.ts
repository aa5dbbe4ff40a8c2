import type { Stack } from './stack/stack.ts'

/** Something that goes wrong with the harness itself, for real: how a run proves that it would notice. */
export type Fault = {
  readonly name: string
  /** What it does, as a phrase: `its sessions to PostgreSQL are cut`. */
  readonly about: string
  /** Called once, between the baseline and the first measured cycle of `run`. What has to wait for its moment goes on by itself, until `signal` aborts. */
  readonly inject: (stack: Stack, options: { readonly run: string; readonly signal: AbortSignal }) => Promise<void>
}
