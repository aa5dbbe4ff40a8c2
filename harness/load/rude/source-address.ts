import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Addresses } from '../../stack/namespace.ts'

/** An address of this network namespace that one client comes from. */
export type SourceAddress = {
  readonly ip: string
  /** Whatever still comes to it is dropped, and nothing can leave from it any more: its client has vanished. */
  readonly takeAway: () => Promise<void>
}

/** Gives one address after the other from `first` on, each put on the link as it is given. They come again only after all others: by then nobody should still send to them. */
export const sourceAddresses = (addresses: Addresses | null, first: number) => {
  let next = first
  return async (): Promise<SourceAddress> => {
    if (addresses === null) throw new Error('there is no network namespace')
    const ip = addressAt(addresses, next++ % addresses.count)
    const address = (verb: 'replace' | 'del') => execFileAsync('ip', ['addr', verb, `${ip}/32`, 'dev', addresses.link])
    await address('replace')
    return { ip, takeAway: async () => void (await address('del')) }
  }
}

const execFileAsync = promisify(execFile)

/** The IPv4 address that comes so many after the first, from 0. The caller keeps to as many as there are. */
export const addressAt = ({ first }: Addresses, nth: number): string => {
  const [a = 0, b = 0, c = 0, d = 0] = first.split('.').map(Number)
  return `${a}.${b}.${c + Math.floor((d + nth) / 256)}.${(d + nth) % 256}`
}
