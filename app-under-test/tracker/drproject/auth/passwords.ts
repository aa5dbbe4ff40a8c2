import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** What is stored of a password: `scrypt$N$r$p$saltBase64$hashBase64`. The salt is random unless given. */
export async function hashPassword(password: string, salt: Uint8Array = randomBytes(16)): Promise<string> {
  return storedPassword(salt, await derive(password, salt, COST, HASH_BYTES))
}

/** Whether this is the password. Where none is stored (`''`), or what is stored is no hash of ours, no password fits, after as much work as if one might. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parsed = parse(stored)
  const { cost, salt, hash } = parsed ?? NOBODYS
  const matches = timingSafeEqual(await derive(password, salt, cost, hash.length), hash)
  return parsed !== null && matches
}

export const storedPassword = (salt: Uint8Array, hash: Uint8Array) => ['scrypt', COST.N, COST.r, COST.p, Buffer.from(salt).toString('base64'), Buffer.from(hash).toString('base64')].join('$')

type Cost = { readonly N: number; readonly r: number; readonly p: number }

/** 16 MiB and some 40 ms a password. OWASP, "Password Storage Cheat Sheet": N = 2^14, r = 8 asks for p = 5; one CGI process per login has to answer soon. */
export const COST: Cost = { N: 16_384, r: 8, p: 1 }

export const HASH_BYTES = 32

const NOBODYS = { cost: COST, salt: Buffer.alloc(16), hash: Buffer.alloc(HASH_BYTES) }

function parse(stored: string): { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer } | null {
  const match = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/]{4,}={0,2})\$([A-Za-z0-9+/]{22,}={0,2})$/.exec(stored)
  if (!match) return null
  const [, N, r, p, salt = '', hash = ''] = match
  return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

const derive = (password: string, salt: Uint8Array, cost: Cost, bytes: number) =>
  new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, bytes, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
