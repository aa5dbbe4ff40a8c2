import { exitCodes } from '../exit-codes.ts'
import cutMonitors from '../faults/cut-monitors.ts'
import type { RunRequest } from '../run.ts'
import { UsageError } from '../scenario/usage-error.ts'
import type { Findings } from '../verdict/verdict.ts'
import type { Command } from './command.ts'
import { problemsOfRequest, requestOf, runOptions } from './run-request.ts'
import { soakOnce } from './soak-once.ts'

export default {
  usage: 'prove <scenario> [--stack ...] [--profile ...]',
  does: 'shows that the healthy pass, leaks are caught, and a blinded run says so',
  options: runOptions,
  problemsOf: problemsOfRequest,
  run: async (args, io) => {
    const request = await requestOf({ ...args, values: { profile: 'repro', ...args.values } }, io.signal)
    const { variants } = request.loaded.scenario.target
    const leaky = variants?.leaks?.[0]
    if (!variants || leaky === undefined) throw new UsageError([`Nothing to prove with: "${request.loaded.scenario.name}" declares no variant that leaks. Name one in target.variants.leaks.`])
    const trials: readonly Trial[] = [
      { what: `${variants.default} passes`, expected: 'pass', request: { ...request, variant: variants.default } },
      { what: `${leaky} is caught`, expected: 'leak', request: { ...request, variant: leaky } },
      { what: 'with its sessions to PostgreSQL cut, the run says that it was blind', expected: 'inconclusive', request: { ...request, variant: variants.default, fault: cutMonitors } },
    ]
    const json = args.values.json === true
    const results: { trial: Trial; verdict: Findings['verdict'] | 'failed'; dir: string | null; exitCode: number }[] = []
    for (const trial of trials) {
      if (io.signal.aborted) break
      const told = json ? io.stderr : io.stdout
      told.write(`--- ${trial.what}?\n`)
      const { end, findings, exitCode } = await soakOnce(trial.request, io, { quiet: json })
      results.push({ trial, verdict: findings?.verdict ?? 'failed', dir: end.dir, exitCode })
    }
    const proven = results.filter(({ trial, verdict }) => verdict === trial.expected)
    if (json) io.stdout.write(`${JSON.stringify({ proven: proven.length, of: trials.length, trials: results.map(({ trial, verdict, dir }) => ({ what: trial.what, expected: trial.expected, verdict, dir })) }, null, 2)}\n`)
    else io.stdout.write(`\n${results.map(({ trial, verdict }) => `${verdict === trial.expected ? 'proven  ' : 'NOT SO  '}  ${trial.what}: ${verdict}`).join('\n')}\n${proven.length} of ${trials.length} proven\n`)
    if (io.signal.aborted) return exitCodes.interrupted
    if (results.some(({ exitCode }) => exitCode === exitCodes.couldNotRun)) return exitCodes.couldNotRun
    return proven.length === trials.length ? 0 : 1
  },
} satisfies Command

type Trial = { readonly what: string; readonly expected: Findings['verdict']; readonly request: RunRequest }
