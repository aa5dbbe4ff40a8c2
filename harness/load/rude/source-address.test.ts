import { expect, test } from 'vitest'
import { addressAt, sourceAddresses } from './source-address.ts'

const addresses = { first: '198.18.16.0', count: 4_096, link: 'lowtide' }

test('there are as many addresses as are routed, from the first on, and no two are the same', () => {
  const all = Array.from({ length: addresses.count }, (_, nth) => addressAt(addresses, nth))
  expect([all[0], all[255], all[256], all.at(-1)]).toEqual(['198.18.16.0', '198.18.16.255', '198.18.17.0', '198.18.31.255'])
  expect(new Set(all).size).toBe(4_096)
})

test('outside of a network namespace there are none', async () => {
  await expect(sourceAddresses(null, 0)()).rejects.toThrow('there is no network namespace')
})
