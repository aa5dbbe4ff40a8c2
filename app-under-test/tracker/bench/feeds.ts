/**
 * The feed of every project of course, and of two queries, before the W3C's own validator, which no registry has:
 *
 *     git clone https://github.com/w3c/feedvalidator && pip install lxml html5lib rdflib
 *     node bench/feeds.ts --validator feedvalidator [--python python3]
 *
 * The tests hold feeds to RSS 2.0 without it (testing/rss-2.0.rng).
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openTracker } from '../drproject/tracker.ts'
import { dispatch } from '../drproject/web/dispatcher.ts'
import { requestOf } from '../front/rfc3875.ts'
import { loadRows } from '../seed/load.ts'
import { PRESETS } from '../seed/presets.ts'
import { startPostgres } from '../testing/postgres.ts'

const { values } = parseArgs({ options: { validator: { type: 'string' }, python: { type: 'string', default: 'python3' } } })
if (!values.validator) {
  console.error('Where is the validator? Clone https://github.com/w3c/feedvalidator and add --validator FOLDER.')
  process.exit(64)
}

/** Prints a line for each complaint: its class, its name and the line of the feed. */
const VALIDATE = `
import sys
sys.path.insert(0, sys.argv[1])
import feedvalidator
from feedvalidator import compatibility
for line in sys.stdin:
    name, address = line.split()
    found = feedvalidator.validateString(open(name, 'rb').read().decode('utf-8'), base=address)['loggedEvents']
    for event in compatibility.AA(found):
        print(type(event).__mro__[1].__name__, type(event).__name__, address, 'line', event.params.get('line'))
`

const scratch = mkdtempSync(join(tmpdir(), 'tracker-feeds-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
const course = PRESETS.course!
await using postgres = await startPostgres()
await loadRows(postgres.appUrl, course.rows(2006), { replace: false })
const env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: `${course.lastDay}T18:00:00Z`, TRACKER_LOG: '/dev/null' })

const timelines = course.projects(2006).filter((project) => project.public).map(({ name }) => `/${name}/timeline?daysback=90&format=rss`)
const feeds: string[] = []
for (const address of [...timelines, '/All/query?format=rss', '/All/query?status=closed&format=rss']) {
  const [path = '', query = ''] = address.split('?')
  const { status, body } = await dispatch(env, requestOf({ REQUEST_METHOD: 'GET', PATH_INFO: path, QUERY_STRING: query, HTTP_HOST: 'localhost:8080' }, new Uint8Array()))
  if (status !== 200) throw new Error(`${address}: status ${status}`)
  const file = join(scratch, `${feeds.length}.xml`)
  writeFileSync(file, body)
  feeds.push(`${file} http://localhost:8080${address}`)
}
await env.close()

const { status, stdout, stderr } = spawnSync(values.python, ['-c', VALIDATE, resolve(values.validator, 'src')], { input: `${feeds.join('\n')}\n`, encoding: 'utf8', maxBuffer: 100_000_000 })
if (status !== 0) throw new Error(`The validator did not run: ${stderr.trim().split('\n').at(-1)}`)
const complaints = stdout.trim().split('\n').filter(Boolean)
const errors = complaints.filter((line) => !/^(Warning|Info) /.test(line))
console.log([...errors, ...complaints.filter((line) => !errors.includes(line))].join('\n'))
console.log(`${feeds.length} feeds: ${errors.length} errors, ${complaints.length - errors.length} warnings`)
process.exitCode = errors.length > 0 ? 1 : 0
