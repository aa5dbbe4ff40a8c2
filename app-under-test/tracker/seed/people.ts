import { scryptSync } from 'node:crypto'
import { COST, HASH_BYTES, storedPassword } from '../drproject/auth/passwords.ts'
import { randomOf } from './random.ts'
import type { SeedRow } from './rows.ts'

/** Everybody's password. */
export const PASSWORD = 'drproject'

export const personRow = (seed: number, login: string, name: string): SeedRow => ['person', [login, name, `${login}@example.edu`, passwordOf(seed)]]

/** One hash for all people of a seed, worked out once: it is meant to take long. */
function passwordOf(seed: number): string {
  const known = passwords.get(seed)
  if (known) return known
  const random = randomOf(seed, 'password')
  const salt = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)))
  const stored = storedPassword(salt, scryptSync(PASSWORD, salt, HASH_BYTES, COST))
  passwords.set(seed, stored)
  return stored
}

const passwords = new Map<number, string>()

export const FIRST_NAMES = ['Ada', 'Ben', 'Chloe', 'Dev', 'Eva', 'Finn', 'Grace', 'Hugo', 'Ines', 'Jae', 'Kofi', 'Lena', 'Mina', 'Noor', 'Omar', 'Pia', 'Quinn', 'Ravi', 'Sofia', 'Tariq', 'Uma', 'Viktor', 'Wen', 'Yara', 'Zoe']
export const LAST_NAMES = ['Adler', 'Brook', 'Chen', 'Dawson', 'Evans', 'Fischer', 'Gupta', 'Haddad', 'Ivanov', 'Jones', 'Kim', 'Lopez', 'Moreau', 'Novak', 'Okafor', "O'Neil", 'Park', 'Rossi', 'Silva', 'Tanaka', 'Weiss', 'Young']
