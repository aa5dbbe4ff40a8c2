import { begunOf } from '../timeline/begun.ts'
import type { Facts } from '../timeline/facts.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { Finding, Findings, Hang, Survivor } from '../verdict/verdict.ts'
import { count, cycles, thousands } from '../verdict/words.ts'
import { healing, pathOf, subject, symptom, timeOfDay, verdictWord } from './words.ts'

/**
 * A run told in the order of a reader's questions: what is left, since when and by whom, is it going to heal, what is it
 * called, what do I do next. Reporters only lay it out, so that console, Markdown, HTML and JUnit say the same.
 */
export type Account = {
  readonly word: string
  readonly subject: string
  /** `1,240 requests, 7 left behind`, or where some were not answered as expected `73 of 80 requests as expected, 7 left behind` */
  readonly tally: string
  readonly headline: string
  /** Bounds that the headline does not say already. */
  readonly bounds: readonly string[]
  readonly clusters: readonly Cluster[]
  /** Survivors of a leak that belong to no hung request: zombies, prepared transactions, slots. */
  readonly strays: readonly Stray[]
  /** null where nothing was left. */
  readonly since: string | null
  readonly heals: string | null
  /** What the number left behind grows with: requests, hours, or the start alone. */
  readonly rate: string | null
  /** Which route left it behind. */
  readonly owner: string | null
  /** Memory, descriptors and threads that are not flat. */
  readonly drifts: readonly string[]
  readonly leaks: readonly Extract<Finding, { kind: 'leak' }>[]
  /** Crossed thresholds of the scenario, which are no leaks. */
  readonly crossed: readonly Extract<Finding, { kind: 'crossed' }>[]
  readonly unseen: readonly Extract<Finding, { kind: 'inconclusive' }>[]
  readonly warnings: readonly Extract<Finding, { kind: 'warning' }>[]
  readonly held: readonly Extract<Finding, { kind: 'pass' }>[]
  /** Checks that had nothing to judge in this run: they found no fault, but nothing to be in order either. */
  readonly notJudged: readonly Extract<Finding, { kind: 'not judged' }>[]
  readonly watched: readonly string[]
  readonly next: readonly string[]
}

/** Hangs that look alike. `by` counts them by request path, most frequent first. */
export type Cluster = { readonly symptom: string; readonly hangs: readonly Hang[]; readonly by: readonly { readonly path: string; readonly hangs: number }[] }

export type Stray = { readonly invariant: string; readonly survivors: readonly Survivor[] }

export function accountOf({ facts, findings }: { readonly facts: Facts; readonly findings: Findings }): Account {
  const ofKind = <K extends Finding['kind']>(kind: K) => findings.findings.filter((finding): finding is Extract<Finding, { kind: K }> => finding.kind === kind)
  const leaks = ofKind('leak')
  const somethingLeft = findings.hangs.length > 0 || leaks.length > 0
  // After a confirmed leak the rest of the run was left out on purpose: that it was not seen is no news.
  const unseen = findings.verdict === 'leak' && findings.endedEarly === 'leak confirmed' ? [] : ofKind('inconclusive')
  return {
    word: verdictWord(findings.verdict),
    subject: subject(facts),
    tally: tallyOf(findings),
    headline: findings.headline,
    bounds: findings.bounds.filter((bound) => !findings.headline.includes(bound)),
    clusters: clustersOf(findings.hangs),
    strays: straysOf(leaks, findings.hangs),
    since: somethingLeft ? sinceOf(findings.hangs, leaks) : null,
    heals: somethingLeft ? healing(findings) : null,
    rate: findings.rate?.sentence ?? null,
    owner: findings.owner?.sentence ?? null,
    drifts: findings.drifts.flatMap(({ kind, sentence }) => (kind === 'flat' ? [] : [sentence])),
    leaks,
    crossed: ofKind('crossed'),
    unseen,
    warnings: ofKind('warning'),
    held: ofKind('pass'),
    notJudged: ofKind('not judged'),
    watched: findings.watched,
    // What would settle it stands beside what was not seen.
    next: findings.next.filter((step) => !unseen.some(({ settledBy }) => settledBy === step)),
  }
}

const worthOfAPass = ['the planted leak was found', 'held places are missed', 'the dose was delivered']

/** The checks that held and that decide what a pass is worth. */
export const decisiveOf = ({ held }: Pick<Account, 'held'>): Account['held'] => held.filter(({ invariant, threshold }) => threshold || worthOfAPass.includes(invariant))

/** Those with their numbers; of the others only the names. */
export function heldInFull(account: Account): readonly string[] {
  const first = decisiveOf(account)
  const others = account.held.filter((finding) => !first.includes(finding))
  return [...first.map(nameAndSentence), ...(others.length > 0 ? [`${count(others.length, 'other check')}: ${others.map(({ invariant }) => invariant).join(', ')}`] : [])]
}

export function nameAndSentence({ kind, invariant, sentence }: Finding): string {
  return kind === 'not judged' ? `${invariant}: not judged: ${sentence}` : `${invariant}: ${sentence}`
}

function tallyOf({ dose }: Findings): string {
  const requests = dose.counted === dose.planned ? count(dose.counted, 'request') : `${thousands(dose.counted)} of ${count(dose.planned, 'request')} as expected`
  return `${requests}, ${thousands(dose.leftBehind)} left behind`
}

function clustersOf(hangs: readonly Hang[]): readonly Cluster[] {
  return [...Map.groupBy(hangs, symptom)]
    .map(([name, members]) => ({ symptom: name, hangs: members, by: pathsOf(members) }))
    .toSorted((a, b) => b.hangs.length - a.hangs.length)
}

function pathsOf(hangs: readonly Hang[]): Cluster['by'] {
  const named = hangs.flatMap(({ url }) => (url === null ? [] : [pathOf(url)]))
  return [...Map.groupBy(named, (path) => path)].map(([path, same]) => ({ path, hangs: same.length })).toSorted((a, b) => b.hangs - a.hangs)
}

function straysOf(leaks: Account['leaks'], hangs: readonly Hang[]): readonly Stray[] {
  // Ids are unique within a kind only.
  const key = ({ kind, id }: Member) => `${kind} ${id}`
  const told = new Set(hangs.flatMap(({ process, session }) => [process, session].flatMap((member) => (member === null ? [] : [key(member)]))))
  return leaks.flatMap(({ invariant, survivors }) => {
    // Two invariants may name the same survivor; the first one tells of it.
    const untold = survivors.filter(({ member }) => !told.has(key(member)))
    for (const { member } of untold) told.add(key(member))
    return untold.length === 0 ? [] : [{ invariant, survivors: untold }]
  })
}

function sinceOf(hangs: readonly Hang[], leaks: Account['leaks']): string {
  const stranded = straysOf(leaks, hangs).flatMap(({ survivors }) => survivors.map(({ member }) => strandedSince(member)))
  const births = [...hangs.map(hungSince), ...stranded].filter((ms) => ms !== null)
  const bornIn = [...hangs, ...leaks.flatMap(({ survivors }) => survivors)].flatMap(({ bornIn: cycle }) => (cycle === null ? [] : [cycle]))
  const when = births.length === 0 ? [] : [spanOf(timeOfDay(Math.min(...births)), timeOfDay(Math.max(...births)))]
  const cycle = bornIn.length === 0 ? [] : [`in ${cycles([...new Set(bornIn)].toSorted((a, b) => a - b))}`]
  const told = [...when, ...cycle].join(' ') || 'not known: nothing that is left tells when it began'
  const paths = pathsOf(hangs)
  const shown = paths.slice(0, 3).map(({ path, hangs: times }) => (times === 1 ? path : `${path} (${times} times)`))
  const rest = paths.length > 3 ? ` and ${count(paths.length - 3, 'other path')}` : ''
  // Where no request is known by its URL, the owner is what there is to say.
  return `${told}${shown.length === 0 ? '' : `, by ${shown.join(', ')}${rest}`}`
}

/** Epoch milliseconds; null where nothing tells. A server is older than what it keeps, so there it is its session that counts. */
function hungSince({ process, session }: Hang): number | null {
  const isServer = process !== null && process.request === null && session !== null
  return process !== null && !isServer ? process.startedAtMs : session === null ? null : sessionSince(session)
}

/** The same of a survivor that belongs to no hang. A process that is neither a zombie nor a request's may be the server itself. */
function strandedSince(member: Member): number | null {
  if (member.kind === 'session') return sessionSince(member)
  if (member.kind === 'process' && member.state !== 'Z' && member.request === null) return null
  return begunOf(member)?.epochMs ?? null
}

/** Its transaction began later than the session itself, where it has one. */
const sessionSince = (session: Session): number => begunOf(session)?.epochMs ?? session.backendStartMs

function spanOf(first: string, last: string): string {
  return first === last ? first : `${first.replace(' UTC', '')} to ${last}`
}
