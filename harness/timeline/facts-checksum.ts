import { crc32 } from 'node:zlib'
import { digitsOf } from './checksums.ts'

/** The text of run.json, JSON that is laid out, with the CRC-32 of what stands before it as its last field. */
export function withChecksum(text: string): string {
  const said = text.slice(0, -end.length)
  return `${said},\n  "crc32": "${digitsOf(crc32(said))}"${end}`
}

/** The same without its checksum. `altered` tells where that does not agree; of older ones, which have none, it never does. */
export function withoutChecksum(text: string): { readonly text: string; readonly altered?: string } {
  const [, said, was] = /^(.*),\n {2}"crc32": "(.{8})"\n\}\n$/s.exec(text) ?? []
  if (said === undefined || was === undefined) return { text }
  const is = digitsOf(crc32(said))
  return { text: said + end, ...(is !== was && { altered: `its checksum is "${is}", and was ${JSON.stringify(was)}` }) }
}

const end = '\n}\n'
