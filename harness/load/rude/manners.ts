import type { Rude } from '../../scenario/rude.ts'

/** One way to misbehave, with what it needs to know. `plain` is what becomes of an act that the end of the dose leaves no room for. */
export type Manner =
  | { readonly kind: 'abort'; readonly at: 'headers' | 'first byte' | 'mid-body' | 'last byte' }
  | { readonly kind: 'vanish' }
  | { readonly kind: 'slow reader'; readonly bytesPerSecond: number }
  | { readonly kind: 'half close' }
  | { readonly kind: 'body never sent'; readonly silentMs: number }
  | { readonly kind: 'header drip'; readonly bytesPerSecond: number }
  | { readonly kind: 'double submit' }
  | { readonly kind: 'pipelined pair' }
  | { readonly kind: 'keep-alive storm' }
  | { readonly kind: 'connection churn' }
  | { readonly kind: 'plain' }

/** A manner as a load asks for it: its share of the dose, and how many requests one act of it sends. */
export type Asked = { readonly manner: Manner; readonly share: number; readonly requests: number }

/** Every manner that a load asks for, in the order in which reports tell them. */
export const mannersOf = ({ aborts = {}, vanish, slowReader, halfClose, bodyNeverSent, headerDrip, doubleSubmit, pipelinedPair, keepAliveStorm, connectionChurn }: Rude): readonly Asked[] => {
  const { headers, firstByte, midBody, lastByte } = aborts
  return [
    asked({ kind: 'abort', at: 'headers' }, headers),
    asked({ kind: 'abort', at: 'first byte' }, firstByte),
    asked({ kind: 'abort', at: 'mid-body' }, midBody),
    asked({ kind: 'abort', at: 'last byte' }, lastByte),
    asked({ kind: 'vanish' }, vanish),
    ...(slowReader ? asked({ kind: 'slow reader', bytesPerSecond: slowReader.bytesPerSecond }, slowReader.share) : []),
    asked({ kind: 'half close' }, halfClose),
    ...(bodyNeverSent ? asked({ kind: 'body never sent', silentMs: bodyNeverSent.silentMs }, bodyNeverSent.share) : []),
    ...(headerDrip ? asked({ kind: 'header drip', bytesPerSecond: headerDrip.bytesPerSecond }, headerDrip.share) : []),
    asked({ kind: 'double submit' }, doubleSubmit, 2),
    asked({ kind: 'pipelined pair' }, pipelinedPair, 2),
    ...(keepAliveStorm ? asked({ kind: 'keep-alive storm' }, keepAliveStorm.share, keepAliveStorm.requests) : []),
    ...(connectionChurn ? asked({ kind: 'connection churn' }, connectionChurn.share, connectionChurn.requests) : []),
  ].flat()
}

const asked = (manner: Manner, share: number | undefined, requests = 1): readonly Asked[] => (share === undefined ? [] : [{ manner, share, requests }])

/** `abort mid-body`, `slow reader`. */
export const nameOf = (manner: Manner): string => {
  if (manner.kind !== 'abort') return manner.kind
  return manner.at === 'mid-body' ? 'abort mid-body' : manner.at === 'headers' ? 'abort after headers' : `abort at ${manner.at}`
}

/** How many of its requests are in flight at once. */
export const atOnce = ({ kind }: Manner): number => (kind === 'double submit' || kind === 'pipelined pair' ? 2 : 1)

/** The fewest requests that make it what it is. */
export const fewest = (manner: Manner): number => (manner.kind === 'keep-alive storm' || manner.kind === 'connection churn' ? 2 : atOnce(manner))
