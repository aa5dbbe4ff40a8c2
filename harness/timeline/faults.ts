/** What became of broken requests, as it follows their number: `14 refused`. By k6's error codes (https://grafana.com/docs/k6/latest/javascript-api/error-codes/), which rude clients use as well. */
export function faultWord(errorCode: number): string {
  switch (errorCode) {
    case 1212:
      return 'refused'
    case 1201:
    case 1220:
      return 'reset'
    case 1050:
      return 'timed out'
    case 1211:
      return 'not connected in time'
    case 1100:
    case 1101:
      return 'sent to a name without an address'
    case 1310:
    case 1311:
      return 'given up for a certificate that is not trusted'
    default:
      return errorCode >= 1300 && errorCode < 1400 ? 'given up for a fault of TLS' : 'left without a whole answer in HTTP'
  }
}

/** How many requests broke by which fault, in words, the most frequent first. `broken` also counts those in flight when their generator ended. Older records have no faults. */
export function faultsOf({ broken, faults }: { readonly broken: number; readonly faults?: Readonly<Record<number, number>> | undefined }): readonly { readonly word: string; readonly times: number }[] {
  const known = Object.entries(faults ?? {})
  const words = new Map<string, number>()
  for (const [code, times] of known) words.set(faultWord(Number(code)), (words.get(faultWord(Number(code))) ?? 0) + times)
  const cut = broken - known.reduce((sum, [, times]) => sum + times, 0)
  if (cut > 0) words.set(faults === undefined ? 'refused, reset or cut off' : 'cut off as the load generator ended', cut)
  return [...words].map(([word, times]) => ({ word, times })).toSorted((a, b) => b.times - a.times)
}
