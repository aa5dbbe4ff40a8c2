import { expect, test } from 'vitest'
import { syntheticFacts, syntheticHang, syntheticInconclusive, syntheticLeak, syntheticProcess } from '../testing/recordings/synthetic.ts'
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

test('a server that lives on is not said to hang: its session is what is left, by what is wrong with it', () => {
  const server = syntheticProcess({ request: null, command: 'python3 shop.py' })
  const hang = syntheticHang(0, { process: server, url: null, why: 'open for 44 s with 2 locks' })
  const [cluster] = accountOf({ facts, findings: { ...leak, hangs: [hang] } }).clusters
  expect(cluster?.symptom).toBe('session idle in transaction, kept by a process that lives on')
  expect(requestOf(hang)).toBe('open for 44 s with 2 locks')
})
