import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './passwords.ts'

test('a password fits its own hash and no other', async () => {
  const stored = await hashPassword('drproject')
  expect([await verifyPassword('drproject', stored), await verifyPassword('Drproject', stored)]).toEqual([true, false])
  expect(await verifyPassword('drproject', await hashPassword('drproject '))).toBe(false)
})

test('the same password is stored differently each time, unless the salt is given', async () => {
  expect(await hashPassword('a')).not.toBe(await hashPassword('a'))
  const salt = Buffer.alloc(16, 7)
  expect(await hashPassword('a', salt)).toBe(`scrypt$16384$8$1$${salt.toString('base64')}$${scryptSync('a', salt, 32, { N: 16_384, r: 8, p: 1 }).toString('base64')}`)
})

test('a letter may be composed or not', async () => {
  expect(await verifyPassword('Ame\u0301lie', await hashPassword('Am\u00E9lie'))).toBe(true)
})

test.each(['', 'drproject', 'scrypt$16384$8$1$$', 'md5$1$1$1$AAAA$AAAAAAAAAAAAAAAAAAAAAA=='])('where %j is stored, no password fits', async (stored) => {
  expect([await verifyPassword('', stored), await verifyPassword(stored, stored)]).toEqual([false, false])
})
