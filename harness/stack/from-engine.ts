/** An engine that is well does each of these within a second or two; one that has just started, or is busy with others, may take its time. */
export const engineWithinMs = 120_000

/**
 * Asks the engine for what it does in moments and says nothing of meanwhile: `what` it would not do, such as `create the container of "shop"`. Fails in a sentence where it takes longer.
 * `ask` may hand its AbortSignal to the engine's client, though never for a stream, which it would cut off later. An interrupt is not heard: what is created after the tear-down would stay.
 */
export async function fromEngine<T>(what: string, ask: (deadline: AbortSignal) => Promise<T>, { withinMs = engineWithinMs } = {}): Promise<T> {
  const deadline = AbortSignal.timeout(withinMs)
  try {
    return await unlessAborted(ask(deadline), deadline)
  } catch (cause) {
    if (!deadline.aborted) throw cause
    throw new Error(`The Docker engine did not ${what} within ${withinMs / 1_000} s. Is it busy, or does it hang? \`docker ps\` tells. Start it again, or use --stack processes.`, { cause })
  }
}

/** For what hears no AbortSignal, and leaves nothing that would have to be removed. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
