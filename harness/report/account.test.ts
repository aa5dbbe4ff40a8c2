import { expect, test } from 'vitest'
import { syntheticFacts, syntheticHang, syntheticInconclusive, syntheticLeak, syntheticProcess, syntheticSession } from '../testing/recordings/synthetic.ts'
import type { Member } from '../timeline/member.ts'
import { accountOf } from './account.ts'
import { requestOf } from './words.ts'

const facts = syntheticFacts()
const unseen = syntheticInconclusive().findings.filter(({ kind }) => kind === 'inconclusive')
const leak = { ...syntheticLeak(), findings: [...syntheticLeak().findings, ...unseen] }

test('what a leak that ended its run early left unseen is no news', () => {
  expect(unseen.length).toBeGreaterThan(0)
  expect(accountOf({ facts, findings: { ...leak, endedEarly: 'leak confirmed' } }).unseen).toEqual([])
})

test.each([[null], ['probe blind'], ['application ended']] as const)('but it is where the run ended by %s', (endedEarly) => {
  expect(accountOf({ facts, findings: { ...leak, endedEarly } }).unseen).toEqual(unseen)
})

test('what would settle what was not seen is told once, beside it', () => {
  const findings = syntheticInconclusive()
  const told = unseen.flatMap((finding) => (finding.kind === 'inconclusive' ? [finding.settledBy] : []))
  expect(accountOf({ facts, findings: { ...findings, next: [...told, 'npm run soak'] } }).next).toEqual(['npm run soak'])
})

test('a server that lives on is not said to hang: its session is what is left, by what is wrong with it', () => {
  const server = syntheticProcess({ request: null, command: 'python3 shop.py' })
  const hang = syntheticHang(0, { process: server, url: null, why: 'open for 44 s with 2 locks' })
  const [cluster] = accountOf({ facts, findings: { ...leak, hangs: [hang] } }).clusters
  expect(cluster?.symptom).toBe('session idle in transaction, kept by a process that lives on')
  expect(requestOf(hang)).toBe('open for 44 s with 2 locks')
})

test('what a server keeps is there since its transaction began, or its session, and not since the server did', () => {
  const server = syntheticProcess({ request: null, startedAtMs: Date.parse('2026-11-23T06:00:00Z') })
  const seenAtMs = Date.parse('2026-11-23T06:30:00Z')
  const backendStartMs = Date.parse('2026-11-23T06:10:00Z')
  const sinceOf = (session: ReturnType<typeof syntheticSession>) => accountOf({ facts, findings: { ...leak, findings: [], hangs: [syntheticHang(0, { process: server, session, url: null })] } }).since
  expect(sinceOf(syntheticSession({ backendStartMs, seenAtMs, transactionAgeMs: 60_000 }))).toMatch(/^06:29:00 UTC /)
  expect(sinceOf(syntheticSession({ backendStartMs, transactionAgeMs: null }))).toMatch(/^06:10:00 UTC /)
})

test('a process that carries a request is there since it began', () => {
  expect(accountOf({ facts, findings: { ...leak, findings: [], hangs: [syntheticHang(0, { process: syntheticProcess({ startedAtMs: Date.parse('2026-11-23T06:20:00Z') }) })] } }).since).toMatch(/^06:20:00 UTC /)
})

test('what belongs to no hung request has its time too: a zombie that of its process, a prepared transaction its own', () => {
  const since = (...members: readonly Member[]) => accountOf({ facts, findings: { ...leak, hangs: [], findings: [{ invariant: 'any', kind: 'leak', sentence: '', survivors: members.map((member) => ({ member, why: '', bornIn: 4 })) }] } }).since
  const zombie = syntheticProcess({ state: 'Z', request: null, startedAtMs: Date.parse('2026-11-23T06:20:00Z') })
  const prepared = { kind: 'prepared-transaction', id: 'gid', owner: 'app', ageMs: 60_000, seenAtMs: Date.parse('2026-11-23T06:31:00Z') } as const
  expect(since(zombie, prepared)).toMatch(/^06:20:00 to 06:30:00 UTC in cycle 4/)
  expect(since(syntheticProcess({ request: null }))).toBe('in cycle 4')
})
