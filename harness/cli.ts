import type { Command, Ending } from './commands/command.ts'
import { parse } from './commands/parse.ts'
import { exitCodes, unwrittenCodeOf } from './exit-codes.ts'
import { watchOutput } from './output.ts'
import { UsageError } from './scenario/usage-error.ts'
import { meant } from './thresholds/meant.ts'
import { RecordError } from './timeline/reader.ts'
import { UnwritableError } from './timeline/recorder.ts'

/** A command is loaded only when it is called, so that a run starts sooner. */
const commands: Readonly<Record<string, () => Promise<{ default: Command }>>> = {
  run: () => import('./commands/run.ts'),
  judge: () => import('./commands/judge.ts'),
  report: () => import('./commands/report.ts'),
  trace: () => import('./commands/trace.ts'),
  prove: () => import('./commands/prove.ts'),
  replay: () => import('./commands/replay.ts'),
  k8s: () => import('./commands/k8s.ts'),
  list: () => import('./commands/list.ts'),
  doctor: () => import('./commands/doctor.ts'),
  bench: () => import('./commands/bench.ts'),
  simulate: () => import('./commands/simulate.ts'),
  accuracy: () => import('./commands/accuracy.ts'),
}

/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. Before its first use below: module constants do not hoist. */
const sameInterruptMs = 500

const unwritten = watchOutput(process)
// Node would end with 1 here, which says "leak".
process.on('uncaughtException', (error) => process.exit(itselfFailed(error)))
process.exit(await written(await main(process.argv.slice(2))))

async function main(argv: readonly string[]): Promise<Ending> {
  const [verb, ...rest] = argv
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') return help(verb === undefined)
  const load = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  const signal = endInOrder()
  if (!load) return complain([`No command "${verb}".${meant(verb, Object.keys(commands))}`])
  if (!hasFolder()) return complain(['The folder that this was started in is gone. Change to one that is there.'])
  try {
    const { default: command } = await load()
    if (rest.includes('--help') || rest.includes('-h')) {
      console.log(inFull(command))
      return 0
    }
    const line = ['lowtide', ...argv].map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ')
    const { problems, isClear, ...parsed } = parse(command, rest)
    const args = { ...parsed, line }
    if (isClear && command.operands === 'none' && args.positionals.length > 0) problems.push(`Expected no more words after \`lowtide ${verb}\`, got ${args.positionals.join(', ')}.`)
    if (problems.length > 0) return complain([...problems, ...((isClear ? await command.problemsOf?.(args, signal) : null) ?? [])])
    return await command.run(args, { stdout: process.stdout, stderr: process.stderr, signal })
  } catch (error) {
    if (error instanceof UsageError) return complain(error.problems)
    if (error instanceof RecordError) return complain([error.message])
    if (error instanceof UnwritableError) {
      console.error(error.message)
      return exitCodes.couldNotRun
    }
    // What failed because of the interruption is no fault of Lowtide.
    if (signal.aborted) {
      console.error(`${(signal.reason as Error).message}: \`lowtide ${verb}\` has not come to its end`)
      return exitCodes.interrupted
    }
    return itselfFailed(error)
  }
}

/** Whether there still is a folder for relative paths to start from. */
function hasFolder(): boolean {
  try {
    return process.cwd() !== ''
  } catch {
    return false
  }
}

/** The first Ctrl-C or SIGTERM ends a run in order, with its record kept; the watchdog tidies up after the second, which ends this process at once. */
function endInOrder(): AbortSignal {
  const controller = new AbortController()
  let firstAtMs = Number.POSITIVE_INFINITY
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (performance.now() - firstAtMs > sameInterruptMs) process.exit(exitCodes.interrupted)
      firstAtMs = Math.min(firstAtMs, performance.now())
      controller.abort(new Error(`interrupted by ${name}`))
    })
  }
  // Whoever kills the launcher, which runs under the machine's own Node, means the run.
  process.once('disconnect', () => controller.abort(new Error('interrupted by the end of its launcher')))
  process.channel?.unref()
  return controller.signal
}

/** The exit code, once all words are out, or stderr has got those that must not be lost. */
async function written(ending: Ending): Promise<number> {
  const { exitCode, verdict } = typeof ending === 'number' ? { exitCode: ending, verdict: null } : ending
  const lost = await unwritten()
  if (lost.length === 0) return exitCode
  for (const line of [...lost, verdict]) if (line !== null) console.error(line)
  return unwrittenCodeOf(exitCode)
}

function complain(problems: readonly string[]): number {
  for (const problem of problems) console.error(problem)
  console.error('See lowtide help.')
  return exitCodes.usage
}

function itselfFailed(error: unknown): number {
  console.error(`Lowtide itself failed, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return exitCodes.couldNotRun
}

async function help(unasked: boolean): Promise<number> {
  const all = await Promise.all(Object.values(commands).map(async (load) => (await load()).default))
  console.log(`Lowtide boots an application and PostgreSQL, replays load, and asserts
that everything it opened has gone when the load has.

${all.map(helpOf).join('\n')}

Exit codes: 0 pass, 1 leak, 2 inconclusive, 3 could not run, 4 threshold
crossed, 64 usage, 130 interrupted. Of options: lowtide <command> --help.

  lowtide run scenarios/timeline-soak.ts --variant as-shipped --profile repro
  lowtide judge reports/2026-11-23T062407Z-timeline-soak`)
  return unasked ? exitCodes.usage : 0
}

function helpOf({ usage, does }: Command): string {
  return `${wrapped(`lowtide ${usage}`, '  ', '      ')}\n${wrapped(does, '      ', '      ')}`
}

/** The help of one command: with each option, and with examples to paste. */
function inFull(command: Command): string {
  const { options = {}, examples = [] } = command.explains ?? {}
  const column = 4 + Math.max(0, ...Object.keys(options).map((name) => `--${name}`.length))
  const rows = Object.entries(options).map(([name, does]) => wrapped(does, `  ${`--${name}`.padEnd(column - 2)}`, ' '.repeat(column)))
  // An example is broken only where a shell reads on: behind a backslash.
  const pasted = examples.map((line) => wrapped(line, '  ', '      ', ' \\'))
  return [[helpOf(command)], rows, pasted].filter((part) => part.length > 0).map((part) => part.join('\n')).join('\n\n')
}

/** Lines of at most 80 columns; an option stays with its value. */
function wrapped(text: string, first: string, next: string, broken = ''): string {
  const lines: string[] = []
  for (const part of text.match(/\[[^\]]*\]|\S+/g) ?? []) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + part.length + broken.length <= 80) lines[lines.length - 1] = `${line} ${part}`
    else lines.push(`${lines.length === 0 ? first : next}${part}`)
  }
  return lines.join(`${broken}\n`)
}
