import { conclude } from '../conclude.ts'
import { exitCodes } from '../exit-codes.ts'
import { UnwritableError } from '../timeline/recorder.ts'
import { folderOf } from './judge.ts'
import type { Command } from './command.ts'
import { shown } from './shown.ts'

export default {
  usage: 'report <dir>',
  does: 'draws the reports of a recording again',
  options: {},
  run: async (args, { stdout, stderr }) => {
    const dir = folderOf(args)
    try {
      const { findings } = await conclude(dir)
      stdout.write(`${findings.verdict}  ${shown(dir, 'report.html')}\n`)
      // The drawing succeeded, whatever it shows.
      return 0
    } catch (error) {
      stderr.write(`${unwritten(error, dir).join('\n')}\nThe verdict alone needs no place: lowtide judge ${shown(dir)}\n`)
      return exitCodes.couldNotRun
    }
  },
} satisfies Command

/** Which files could not be written, one sentence each. Throws what has another reason. */
function unwritten(error: unknown, dir: string): readonly string[] {
  if (error instanceof UnwritableError && error.cause instanceof Error) return [`findings.json was not written to ${dir}: ${error.cause.message}`]
  if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message)
  throw error
}
