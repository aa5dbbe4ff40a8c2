import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { randomOf } from '../load/journey/random.ts'
import { readLog } from '../replay/read-log.ts'
import { hideSecrets } from '../replay/secrets.ts'
import { surveyOf } from '../replay/survey.ts'
import { spread, type Measure } from './measure.ts'

/** Seconds for each way through the same file: of CPU, as other work makes waits of any length; of `wc` its whole time. */
type Parse = { readonly lines: number; readonly megabytes: number; readonly wc: number; readonly regularExpression: number; readonly read: number; readonly survey: number; readonly peakMB: number }

const lines = 1_000_000

/** The same million lines counted, matched by a loop that anybody would write, read, and read with all that `lowtide replay` tells. */
export const replayParse: Measure<Parse> = {
  name: 'replay-parse',
  claims: 'a log of a million lines is read in seconds, at no less than a third of the speed of a plain loop over a regular expression, with flat memory',
  times: 5,
  once: async (_, { signal }) => {
    const dir = await mkdtemp(join(tmpdir(), 'bench-replay-'))
    await using cleanUp = new AsyncDisposableStack()
    cleanUp.defer(() => rm(dir, { recursive: true, force: true }))
    const file = join(dir, 'access.log')
    await writeLog(file)
    const { size } = await stat(file)
    const beganMs = performance.now()
    await promisify(execFile)('wc', ['-l', file], { signal })
    const wc = (performance.now() - beganMs) / 1_000
    const regularExpression = await cpuSeconds(() => match(file))
    let peak = 0
    const read = await cpuSeconds(async () => {
      for await (const batch of readLog({ file }, hideSecrets())) if (batch.length > 0) peak = Math.max(peak, process.memoryUsage.rss())
    })
    const survey = await cpuSeconds(() => surveyOf(readLog({ file }, hideSecrets()), { format: 'combined', rules: { methods: ['GET', 'HEAD'], expect: 'class' } }))
    return { lines, megabytes: Math.round(size / 1e6), wc, regularExpression, read, survey, peakMB: Math.round(peak / 1e6) }
  },
  figures: (results) => {
    const rate = (of: (one: Parse) => number) => spread(results.map((one) => one.lines / of(one) / 1e6), 'million lines a second of CPU')
    return [
      `${lines / 1e6} million lines, ${results[0]?.megabytes ?? 0} MB: wc -l ${rate(({ wc }) => wc)}`,
      `a loop over a regular expression: ${rate(({ regularExpression }) => regularExpression)}`,
      `read: ${rate(({ read }) => read)}, ${spread(results.map(({ peakMB }) => peakMB), 'MB at its peak', 0)}`,
      `read and surveyed, as by \`lowtide replay\`: ${rate(({ survey }) => survey)}`,
    ]
  },
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** What one writes in a minute: it knows neither virtual hosts nor escaped quotes, redacts nothing and counts nothing but what it missed. */
async function match(file: string): Promise<number> {
  const shape = /^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"$/
  let [missed, rest] = [0, '']
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 18 })) {
    const parts = (rest + String(chunk)).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      const found = shape.exec(line)
      if (found === null || Number.isNaN(Number(found[6]))) missed += 1
    }
  }
  return missed
}

/** Combined, as a site with products, a search, feeds and secrets in some of its URLs has it: 20 requests a second. */
async function writeLog(file: string): Promise<void> {
  const out = createWriteStream(file)
  const random = randomOf(1, 0)
  const agents = ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', 'feedreader/2.1 (+https://example.org/reader)']
  const paths = [(n: number) => `/products/${n % 20_000}`, (n: number) => `/search?q=word${n % 300}&page=${n % 9}`, () => '/feed.xml?format=rss', (n: number) => `/account?token=${n}`, () => '/', (n: number) => `/static/app.${n % 7}.js`]
  for (let n = 0; n < lines; n += 1) {
    const at = new Date(Date.UTC(2026, 2, 27) + n * 50).toISOString()
    const path = random.pick(paths)(n)
    const line = `198.51.100.${n % 254} - - [${at.slice(8, 10)}/Mar/2026:${at.slice(11, 19)} +0000] "${n % 50 === 0 ? 'POST' : 'GET'} ${path} HTTP/1.1" ${n % 40 === 0 ? 404 : 200} ${random.between(200, 90_000)} "${n % 3 === 0 ? '-' : 'https://example.org/products/7'}" "${random.pick(agents)}"\n`
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}
