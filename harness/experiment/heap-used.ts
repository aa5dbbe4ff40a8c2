/** What an application tells of its heap in the answer to `collectPath`, as a counter of the look that follows: JSON with a number `heapUsedBytes`. Any other answer tells nothing. */
export function heapUsedIn(body: string): Readonly<Record<string, number>> {
  try {
    const { heapUsedBytes } = JSON.parse(body) as { readonly heapUsedBytes?: unknown }
    return typeof heapUsedBytes === 'number' && Number.isFinite(heapUsedBytes) ? { 'app.heap-used-bytes': heapUsedBytes } : {}
  } catch {
    return {}
  }
}
