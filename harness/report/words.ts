import type { Findings, Hang, Survivor, Verdict } from '../verdict/verdict.ts'
import { duration } from '../verdict/words.ts'
import type { Dose } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import type { Tone } from './paint.ts'

/** The verdict in a reader's words, the same in every report. */
export function verdictWord(verdict: Verdict | 'interrupted'): string {
  return verdict === 'crossed' ? 'THRESHOLD CROSSED' : verdict.toUpperCase()
}

export function verdictTone(verdict: Verdict | 'interrupted'): Tone {
  switch (verdict) {
    case 'pass':
      return 'pass'
    case 'leak':
    case 'crossed':
      return 'fail'
    case 'inconclusive':
    case 'interrupted':
      return 'unknown'
    default:
      return verdict satisfies never
  }
}

/** `timeline-soak (as-shipped, processes, gate)` */
export function subject(facts: Facts): string {
  const particulars = [facts.variant, facts.stack.kind, facts.profile].filter((part) => part !== null)
  return `${facts.scenario} (${particulars.join(', ')})`
}

/**
 * From which moment latencies are counted, as it follows "latencies are"; nothing where no request was planned. In a closed model a slow application gets fewer requests, and those that would
 * have come meanwhile are in no latency: coordinated omission.
 */
export function latenciesFrom(doses: readonly Dose[]): readonly string[] {
  if (doses.every(({ planned }) => planned === 0)) return []
  const isOpenModel = doses.some(({ lateness }) => lateness !== undefined)
  return [
    isOpenModel
      ? 'counted from the moment at which a request was to come, so that the wait for a free user is in them: corrected for coordinated omission'
      : 'counted from when a request was sent, and a user waits for an answer before the next: who would have come meanwhile is in none of them (coordinated omission, which load.arrivals corrects)',
  ]
}

/** What kind of hang this is, in one phrase; hangs that share it form one cluster. */
export function symptom({ process, session }: Pick<Hang, 'process' | 'session'>): string {
  // A server that goes on serving does nothing wrong by waiting: its session is what is left.
  if (process !== null && session !== null && process.request === null) return `session ${stateOf(session)}, kept by a process that lives on`
  if (process !== null && session !== null) return `process ${doing(process)}, its backend ${stateOf(session)}`
  if (process !== null) return `process ${doing(process)}, without a backend`
  if (session !== null) return `session ${stateOf(session)}, its process not known`
  return 'left behind, with neither process nor backend known'
}

/** The request that left it behind; where that is not known, what is wrong with it. */
export function requestOf({ process, url, why }: Hang): string {
  return url === null ? (why ?? 'its request is not known') : `${process?.request?.method ?? 'GET'} ${url}`
}

/** Is it going to heal: the answer as a sentence. */
export function healing({ heal, timeOut }: Pick<Findings, 'heal' | 'timeOut'>): string {
  switch (heal) {
    case 'none':
      return 'not known: the run ended before a healing was seen'
    case 'on nudge':
      return 'yes, on nudge: further requests cleared it away; until one comes it stays'
    case 'at collection':
      return 'only at collection: a forced garbage collection released it, requests alone did not'
    case 'by time-out':
      return `only by time-out${timeOut === undefined ? ': the server, or the application itself, gave it up after a while' : `: ${timeOut}`}; no request cleared it away`
    case 'permanent':
      return 'permanent, as far as this run waited: neither further requests nor time healed it'
    default:
      return heal satisfies never
  }
}

/** `S futex_do_wait  0.31 s CPU, started 06:24:07 UTC` */
export function processDetail(process: Process): string {
  const where = [process.state, process.waitChannel].filter((part) => part !== '').join(' ')
  return `${where}  ${cpu(process.cpuMs)} CPU, started ${timeOfDay(process.startedAtMs)}`
}

/** `idle in transaction for 4 min 12 s, last: SELECT ...` */
export function sessionDetail(session: Session): string {
  const query = session.query === '' ? 'no query yet' : `last: ${briefQuery(session.query)}`
  return `${sessionAge(session)}, ${query}`
}

/** For how long a session has been in its transaction, or else in its state. null where it does not tell, or where the clock of its server has been set back since. */
export function ageOf({ transactionAgeMs, stateAgeMs }: Session): number | null {
  const ageMs = transactionAgeMs ?? stateAgeMs
  return ageMs === null || ageMs < 0 ? null : ageMs
}

/** `idle in transaction for 4 min 12 s` */
export function sessionAge(session: Session): string {
  const ageMs = ageOf(session)
  return ageMs === null ? stateOf(session) : `${stateOf(session)} for ${duration(ageMs)}`
}

/** A survivor that is no part of a hung request, in one line. */
export function memberLine(member: Member): string {
  switch (member.kind) {
    case 'process':
      return `${member.command}  pid ${member.pid}  ${processDetail(member)}`
    case 'session':
      return `postgres  pid ${member.pid}  ${sessionDetail(member)}`
    case 'logged-session':
      return `session of the server's log, opened and never closed  pid ${member.pid}`
    case 'prepared-transaction':
      return `prepared transaction ${member.id} of ${member.owner}, ${duration(member.ageMs)} old`
    case 'replication-slot':
      return `replication slot ${member.id}, ${member.active ? 'active' : 'inactive'}, holds back ${bytes(member.retainedBytes)}`
    case 'temporary-table':
      return `temporary table ${member.name}, ${member.sessionPid === null ? 'its session is gone' : `of the session of pid ${member.sessionPid}`}`
    case 'table':
      return `table ${member.id}, ${bytes(member.bytes)}, grown by ${bytes(Math.max(0, member.grownBytes))}`
    case 'server':
      return `server ${member.name} (${member.id})`
    case 'place':
      return `place ${member.id} of the pool`
    case 'other':
      return `${member.resource} ${member.id}  ${member.detail}`
    default:
      return member satisfies never
  }
}

/** The path alone: requests that differ in their parameters only share it. */
export function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '')
}

/** 52_000_000 -> `52 MB` */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
  return `${Number((value / 1_000 ** power).toPrecision(3))} ${units[power] ?? 'B'}`
}

/** 72_000 -> `1:12`, as on a clock that counts up or down. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

export function timeOfDay(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(11, 19)} UTC`
}

/** Text on one line, without anything that a terminal would obey: an application's log and URLs may contain escape sequences, line breaks and direction marks. */
export function printable(text: string, limit = 2_000): string {
  return clip(text.replace(/[\t\r\n]+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{fffd}').trimEnd(), limit)
}

export function clip(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

function doing(process: Process): string {
  switch (process.state) {
    case 'Z':
      return 'is a zombie'
    case 'R':
      return 'is running'
    case 'T':
    case 't':
      return 'is stopped'
    default: {
      // The kernel names one wait differently from version to version: futex_wait_queue, futex_wait_queue_me, futex_do_wait.
      const waitChannel = process.waitChannel.startsWith('futex') ? 'futex' : process.waitChannel
      return waitChannel === '' ? 'sleeps' : `waits in ${waitChannel}`
    }
  }
}

function stateOf(session: Session): string {
  return session.state ?? 'in a state not known'
}

/** A long list of columns tells less than the table after it. */
function briefQuery(query: string): string {
  return query.replace(/\s+/g, ' ').trim().replace(/^(select)\s.{24,}?\s(from)\s/i, '$1 … $2 ')
}

function cpu(ms: number): string {
  return ms < 60_000 ? `${(ms / 1_000).toFixed(2)} s` : duration(ms)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** One phrase for survivors that are listed together: the one that they share, or with a range where they differ in one number, or one of them as an example. */
export function whyOfAll(survivors: readonly Survivor[]): string {
  const [first, ...others] = new Set(survivors.map(({ why }) => why))
  return first === undefined ? 'left behind' : others.length === 0 ? first : (inRange(first, others) ?? `such as: ${first}`)
}

/** null where they differ in more than one whole number. */
function inRange(first: string, others: readonly string[]): string | null {
  // Texts at even places, and the numbers between them at odd ones.
  const parts = [first, ...others].map((why) => why.split(/(\d+)/))
  const differing = parts[0]?.flatMap((part, place) => (parts.some((one) => one.length !== parts[0]?.length || one[place] !== part) ? [place] : []))
  const [place, ...more] = differing ?? []
  if (place === undefined || more.length > 0 || place % 2 === 0) return null
  const numbers = parts.map((one) => Number(one[place]))
  return parts[0]?.with(place, `${Math.min(...numbers)} to ${Math.max(...numbers)}`).join('') ?? null
}
