import type { parseArgs, ParseArgsOptionsConfig } from 'node:util'

/** One verb of the command line. It returns how it ended and leaves process.argv, signals and process.exit to cli.ts. */
export type Command<Options extends ParseArgsOptionsConfig = ParseArgsOptionsConfig> = {
  /** What stands after `lowtide` in the help, and what it does. */
  readonly usage: string
  readonly does: string
  readonly options: Options
  /** For `lowtide <command> --help`: what each option does, by its name and value, such as `seed N`; and examples to paste. */
  readonly explains?: { readonly options: Readonly<Record<string, string>>; readonly examples: readonly string[] }
  /** `none` for a command that takes no operands; the others check theirs themselves. */
  readonly operands?: 'none'
  /** What is wrong with the arguments, so that it can be reported together with unknown options. `run` throws the same as a UsageError. */
  readonly problemsOf?: (args: Arguments, signal: AbortSignal) => Promise<readonly string[]>
  readonly run: (args: Arguments, io: Io) => Promise<Ending>
}

/** An exit code; and where a verdict gave it, that verdict in a line, which must reach the user even if stdout takes nothing. */
export type Ending = number | { readonly exitCode: number; readonly verdict: string }

export type Arguments = { readonly values: ReturnType<typeof parseArgs>['values']; readonly positionals: readonly string[]; readonly line: string }

export type Io = {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** Aborted by Ctrl-C, so that everything that runs can end in order. */
  readonly signal: AbortSignal
}

/** The text of an option; undefined where it was not given. */
export const textOf = ({ values }: Arguments, name: string): string | undefined => {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}
