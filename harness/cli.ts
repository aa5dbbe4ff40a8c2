import { parseArgs } from 'node:util'
import type { Command } from './commands/command.ts'
import { exitCodes } from './exit-codes.ts'
import { UsageError } from './scenario/load-scenario.ts'
import { RecordError } from './timeline/reader.ts'

/** Loaded when asked for: a run needs none of the others, and starts the sooner. */
const commands: Readonly<Record<string, () => Promise<{ default: Command }>>> = {
  run: () => import('./commands/run.ts'),
  judge: () => import('./commands/judge.ts'),
  report: () => import('./commands/report.ts'),
  prove: () => import('./commands/prove.ts'),
  list: () => import('./commands/list.ts'),
  doctor: () => import('./commands/doctor.ts'),
  bench: () => import('./commands/bench.ts'),
}

process.exit(await main(process.argv.slice(2)))

async function main(argv: readonly string[]): Promise<number> {
  const [verb, ...rest] = argv
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') return help(verb === undefined)
  const load = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  if (!load) return complain([`No command "${verb}". There are ${Object.keys(commands).join(', ')}.`])
  try {
    const { default: command } = await load()
    if (rest.includes('--help') || rest.includes('-h')) {
      console.log(`lowtide ${command.usage}\n    ${command.does}`)
      return 0
    }
    const { values, positionals } = parse(command, rest)
    const line = ['lowtide', ...argv].map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ')
    return await command.run({ values, positionals, line }, { stdout: process.stdout, stderr: process.stderr, signal: endInOrder() })
  } catch (error) {
    if (error instanceof UsageError) return complain(error.problems)
    if (error instanceof RecordError) return complain([error.message])
    console.error(`Lowtide itself failed, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return exitCodes.couldNotRun
  }
}

function parse({ options }: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : String(cause)
    throw new UsageError([`${message}. Known options: ${Object.keys(options).map((name) => `--${name}`).join(', ') || 'none'}.`], { cause })
  }
}

/** The first Ctrl-C or SIGTERM ends a run in order, with its record kept; the watchdog tidies up after the second, which ends this process at once. */
function endInOrder(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted)
      controller.abort(new Error(`interrupted by ${name}`))
    })
  }
  return controller.signal
}

function complain(problems: readonly string[]): number {
  for (const problem of problems) console.error(problem)
  console.error('See lowtide help.')
  return exitCodes.usage
}

async function help(unasked: boolean): Promise<number> {
  const all = await Promise.all(Object.values(commands).map(async (load) => (await load()).default))
  console.log(`Lowtide boots an application and PostgreSQL, replays load, and asserts that everything it opened has gone when the load has.

${all.map(({ usage, does }) => `  lowtide ${usage}\n      ${does}`).join('\n')}

Exit codes: 0 pass, 1 leak, 2 inconclusive, 3 could not run, 4 threshold crossed, 64 usage, 130 interrupted.

  lowtide run scenarios/timeline-soak.ts
  lowtide run scenarios/timeline-soak.ts --variant as-shipped --profile repro
  lowtide judge reports/2026-11-23T062407Z-timeline-soak`)
  return unasked ? exitCodes.usage : 0
}
