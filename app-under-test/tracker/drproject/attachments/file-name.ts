/** What of a file's name can be kept: neither folders nor characters that nobody sees, and at most 100 characters, the ending among them. */
export function cleanFileName(name: string): string {
  const base = name.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  // Composed once nothing invisible stands between a letter and its accent.
  const visible = base.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '').normalize('NFC').replaceAll(/\s+/gu, ' ')
  const characters = Array.from(visible.replace(/^[. ]+/, '').trim())
  if (characters.length === 0) return 'unnamed'
  const dot = characters.lastIndexOf('.')
  const ending = dot > 0 && characters.length - dot <= 12 ? characters.slice(dot) : []
  return [...characters.slice(0, Math.min(characters.length, LONGEST) - ending.length), ...ending].join('').trim()
}

const LONGEST = 100

/** `name.txt`, or `name.2.txt` and so on if that is taken. */
export function freeFileName(name: string, taken: ReadonlySet<string>): string {
  const { stem = name, ending = '' } = /^(?<stem>.+?)(?<ending>\.[^.]{1,11})?$/.exec(name)?.groups ?? {}
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${stem}.${count}${ending}`
  return free
}

/** Only types that no browser runs; whatever else it is, is bytes. */
export const contentTypeOf = (name: string): string => TYPES[/\.(?<ending>[a-z0-9]+)$/i.exec(name)?.groups?.ending?.toLowerCase() ?? ''] ?? 'application/octet-stream'

const TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['txt', 'log', 'diff', 'patch', 'csv', 'py', 'c', 'h', 'java', 'sql', 'sh', 'md', 'ini', 'conf'].map((ending) => [ending, 'text/plain; charset=utf-8'])),
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  pdf: 'application/pdf',
  zip: 'application/zip',
  gz: 'application/gzip',
  tgz: 'application/gzip',
}

/** Saved, never shown, under its name (RFC 6266; the second form is RFC 8187's). */
export function dispositionOf(name: string): string {
  const ascii = name.replaceAll(/[^ -~]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
