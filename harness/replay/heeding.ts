/** The same, up to the first batch after an interruption, which it fails with: a log of gigabytes is read for minutes. */
export async function* heeding<T>(signal: AbortSignal, batches: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const batch of batches) {
    signal.throwIfAborted()
    yield batch
  }
}
