// The process of observed-run.mjs.
import { parseArgs } from 'node:util'
import { requestOf, runOptions } from '../../commands/run-request.ts'
import { asJson, soakOnce } from '../../commands/soak-once.ts'
import { writeRawLatencies } from './raw-latencies.ts'

const [file = '', ...argv] = process.argv.slice(2)
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new Error('interrupted by SIGINT')))

const { values, positionals } = parseArgs({ args: argv, options: runOptions, allowPositionals: true })
using raw = writeRawLatencies(file)
const request = await requestOf({ values, positionals, line: ['lowtide run', ...argv].join(' ') }, interrupted.signal)
const outcome = await soakOnce({ ...request, onSample: raw.take }, { stdout: process.stdout, stderr: process.stderr, signal: interrupted.signal }, { quiet: true })
process.stdout.write(`${JSON.stringify(asJson(outcome))}\n`)
process.exitCode = outcome.exitCode
