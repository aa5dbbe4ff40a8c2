/** The size of the heap, if the application's answer to `collectPath` is JSON with a number `heapUsedBytes`; as a counter of the look that follows. Empty for any other answer. */
export function heapUsedIn(body: string): Readonly<Record<string, number>> {
  try {
    const { heapUsedBytes } = JSON.parse(body) as { readonly heapUsedBytes?: unknown }
    return typeof heapUsedBytes === 'number' && Number.isFinite(heapUsedBytes) ? { 'app.heap-used-bytes': heapUsedBytes } : {}
  } catch {
    return {}
  }
}
