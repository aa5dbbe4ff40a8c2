/** What a generator says first to its collector: whose load it sends, and which part of it. `atMs`: its clock as it spoke, epoch milliseconds. */
export type Announcement = { readonly kind: 'generator'; readonly run: string; readonly segment: string; readonly token: string; readonly atMs: number }

/** Of k6-build/stream/remote.go, at the other end. */
export const protocol = 2

/** Reads the first line of a connection. Whoever reaches a port may say anything there. */
export const announcementOf = (line: string): Announcement | { readonly kind: 'other protocol'; readonly protocol: number } | { readonly kind: 'stranger' } => {
  const [, spoken, rest = ''] = /^lowtide,(\d{1,6})(?:,(.*))?$/.exec(line) ?? []
  if (spoken === undefined) return { kind: 'stranger' }
  if (Number(spoken) !== protocol) return { kind: 'other protocol', protocol: Number(spoken) }
  const [, run, segment, token, micros] = /^([\w.~-]{1,200}),([\d/]{1,40}:[\d/]{1,40}),([\w.~-]{1,200}),(\d{1,20})$/.exec(rest) ?? []
  if (run === undefined || segment === undefined || token === undefined) return { kind: 'stranger' }
  return { kind: 'generator', run, segment, token, atMs: Number(micros) / 1000 }
}
