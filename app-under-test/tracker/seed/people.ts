import { scryptSync } from 'node:crypto'
import { COST, HASH_BYTES, storedPassword } from '../drproject/auth/passwords.ts'
import { randomOf } from './random.ts'
import type { Rows } from './rows.ts'

/** Everybody's password. */
export const PASSWORD = 'drproject'

export const addPerson = (rows: Rows, seed: number, login: string, name: string) => void rows.person.push([login, name, `${login}@example.edu`, passwordOf(seed)])

/** One hash for all people of a seed, which takes as long as everything else of a small preset: worked out once. */
function passwordOf(seed: number): string {
  const random = randomOf(seed, 'password')
  const known = passwords.get(seed)
  if (known) return known
  const salt = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)))
  const stored = storedPassword(salt, scryptSync(PASSWORD, salt, HASH_BYTES, COST))
  passwords.set(seed, stored)
  return stored
}

const passwords = new Map<number, string>()
