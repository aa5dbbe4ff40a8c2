// Writes course-week.access.gz: node scenarios/logs/course-week.ts
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { randomOf, type Random } from '../../harness/load/journey/random.ts'
import { inEveryProject, projects } from '../journeys/drproject/course.ts'
import { filters } from '../journeys/drproject/feed-pollers.ts'

/**
 * The access log of a course's tracker in the week of its last deadline, Friday 31 March 2006 at midnight: made up, and of nobody. Feed readers poll while their machines are on, people
 * come by the hour of the day and most of all on Friday evening, a service check comes every ten minutes, and the Internet is there too. Apache's combined format, in the order of
 * the requests' ends; on Sunday the clocks go forward. The same to the byte, each time.
 */
export const courseWeek = (): string => {
  const hits = [...feedReaders(), ...people(), ...serviceChecks(), ...strangers()]
  return hits
    .filter(({ atMs }) => atMs >= mondayMs && atMs < mondayMs + 7 * dayMs)
    .toSorted((a, b) => a.atMs + a.tookMs - (b.atMs + b.tookMs) || (a.line < b.line ? -1 : 1))
    .map(({ atMs, from, line }) => `${from} - - [${commonTime(atMs)}] ${line}\n`)
    .join('')
}

/** `line` is what stands after the time. */
type Hit = { readonly atMs: number; readonly tookMs: number; readonly from: string; readonly line: string }

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]
/** Monday 27 March 2006, 0:00 in Toronto. */
const mondayMs = Date.UTC(2006, 2, 27, 5)
const clocksForwardMs = Date.UTC(2006, 3, 2, 7)

const commonTime = (atMs: number): string => {
  const offset = atMs < clocksForwardMs ? -5 : -4
  const [, day, month, year, time] = /^\w+, (\d\d) (\w+) (\d+) ([\d:]+)/.exec(new Date(atMs + offset * hourMs).toUTCString()) ?? []
  return `${day}/${month}/${year}:${time} -0${-offset}00`
}

const hit = (atMs: number, tookMs: number, from: string, request: string, status: number, bytes: number | '-', agent: string, referrer = '-'): Hit => ({ atMs: Math.floor(atMs), tookMs, from, line: `"${request} HTTP/1.1" ${status} ${bytes} "${referrer}" "${agent}"` })

/** Twelve readers of one project each: every 6.7 minutes, from nine o'clock on, for the 10.8 hours of a working day. */
function* feedReaders(): Generator<Hit> {
  for (let reader = 0; reader < 12; reader++) {
    const random = randomOf(1, reader)
    const path = `/${projects[(reader * 7) % projects.length]!}/timeline?${filters}&daysback=90&max=50&format=rss`
    for (let day = 0; day < 7; day++) {
      if (day > 4 && random.fraction() < 0.5) continue
      const fromMs = mondayMs + day * dayMs + 9 * hourMs + random.fraction() * hourMs
      for (let atMs = fromMs; atMs < fromMs + 10.8 * hourMs; atMs += (402 + random.between(-3, 3)) * 1_000) yield hit(atMs, random.between(900, 4_000), `192.0.2.${10 + reader}`, `GET ${path}`, 200, 21_000 + reader * 131, feedAgents[reader % 3]!)
    }
  }
}

const feedAgents = ['Liferea/1.0.9 (Linux; en_US; http://liferea.sf.net/)', 'NetNewsWire/2.1b33 (Mac OS X; http://ranchero.com/netnewswire/)', 'Thunderbird 1.5 (Windows/20051201)']

/** Share of a day's visits in each of its hours. */
const byHour = [2, 1, 1, 0, 0, 0, 0, 1, 2, 5, 7, 7, 5, 6, 8, 8, 7, 5, 4, 5, 7, 8, 6, 4]
const visitsOfDay = [60, 65, 80, 110, 190, 25, 30]
/** On Friday from six in the evening on. */
const deadlineHours: Readonly<Record<number, number>> = { 18: 14, 19: 18, 20: 24, 21: 34, 22: 50, 23: 64 }

function* people(): Generator<Hit> {
  for (let day = 0, visitor = 0; day < 7; day++) {
    const hours = byHour.map((share, hour) => (day === 4 && deadlineHours[hour]) || share)
    const all = hours.reduce((sum, share) => sum + share, 0)
    for (const [hour, share] of hours.entries()) {
      const visits = Math.round((visitsOfDay[day]! * share) / all)
      for (let nth = 0; nth < visits; nth++, visitor++) yield* visit(visitor, mondayMs + day * dayMs + hour * hourMs)
    }
  }
}

/** Somebody at work, for five to twenty pages of the project that is theirs. */
function* visit(visitor: number, hourStartMs: number): Generator<Hit> {
  const random = randomOf(2, visitor)
  const person = random.between(0, 119)
  const project = projects[person % projects.length]!
  const from = person % 9 === 0 ? `2001:db8::${(person + 1).toString(16)}` : `198.51.100.${person + 1}`
  const agent = agents[person % agents.length]!
  let atMs = hourStartMs + random.fraction() * hourMs
  const pages = random.between(5, 20)
  let last = '/'
  for (let page = 0; page < pages; page++) {
    const path = page === 0 ? '/' : page === 1 ? `/${project}/timeline?daysback=${longTimeline(random)}` : anyPage(random, project)
    yield hit(atMs, random.between(200, 2_500), from, `GET ${path}`, 200, 2_000 + (path.length % 40) * 307, agent, page === 0 ? '-' : `http://drproject.example.edu${last}`)
    if (page === 0 && person % 4 === 0) yield hit(atMs + 300, 50, from, 'GET /favicon.ico', 404, 290, agent)
    if (page > 2 && random.fraction() < 0.04) yield hit(atMs + random.between(20, 90) * 1_000, 700, from, `POST ${path.split('?')[0]!}`, 303, '-', agent, `http://drproject.example.edu${path}`)
    last = path
    // Log-normal, with a median of 15 s: Box and Muller.
    atMs += Math.min(180, 15 * Math.exp(Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction()))) * 1_000
  }
}

/** Days: most look back over a few weeks, some over the term. */
const longTimeline = (random: Random): number => random.pick([7, 14, 30, 30, 60, 90, 90, 180, 365])

const anyPage = (random: Random, project: string): string => {
  const kind = random.fraction()
  if (kind < 0.34) return `/${project}/ticket/${random.between(1, inEveryProject.tickets)}`
  if (kind < 0.5) return `/${project}/timeline?daysback=${longTimeline(random)}`
  if (kind < 0.64) return `/${project}/wiki/WikiStart`
  if (kind < 0.76) return `/${project}/query?status=new&status=assigned&order=priority`
  if (kind < 0.86) return `/${project}/roadmap`
  if (kind < 0.93) return `/${project}/browser`
  return `/${project}/search?q=${random.pick(['parser', 'deadline', 'login', 'release'])}`
}

const agents = ['Mozilla/5.0 (X11; U; Linux i686; en-US; rv:1.8.0.1) Gecko/20060124 Firefox/1.5.0.1', 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)', 'Mozilla/5.0 (Macintosh; U; PPC Mac OS X; en) AppleWebKit/418 (KHTML, like Gecko) Safari/417.9.2']

function* serviceChecks(): Generator<Hit> {
  for (let atMs = mondayMs + 2_000; atMs < mondayMs + 7 * dayMs; atMs += 10 * minuteMs) yield hit(atMs, 180, '192.0.2.2', atMs % (20 * minuteMs) < 10 * minuteMs ? 'HEAD /' : 'GET /', 200, 2_144, 'check_http/1.81 (nagios-plugins 1.4.2)')
}

/** TLS on the plain port, connections without a request, a worm, and who reset a password by a link that holds its secret. */
function* strangers(): Generator<Hit> {
  const random = randomOf(3, 0)
  const lines = [String.raw`"\x16\x03" 400 226 "-" "-"`, '"-" 408 - "-" "-"', '"GET /scripts/..%255c../winnt/system32/cmd.exe?/c+dir HTTP/1.0" 404 315 "-" "-"', '"CONNECT mx.example.net:25 HTTP/1.0" 405 302 "-" "-"', '"OPTIONS * HTTP/1.0" 200 - "-" "Apache/2.0.55 (internal dummy connection)"', '"GET /login?token=1f0c9a7be2 HTTP/1.1" 200 1720 "-" "Mozilla/5.0"']
  for (let n = 0; n < 60; n++) yield { atMs: mondayMs + random.fraction() * 7 * dayMs, tookMs: 0, from: `203.0.113.${random.between(1, 254)}`, line: lines[n % lines.length]! }
}

if (import.meta.main) {
  const file = new URL('course-week.access.gz', import.meta.url)
  const zipped = gzipSync(courseWeek(), { level: 9 })
  writeFileSync(file, zipped)
  console.log(`${file.pathname}: ${courseWeek().split('\n').length - 1} lines, ${zipped.length} bytes`)
}
