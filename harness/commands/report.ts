import { conclude } from '../conclude.ts'
import { exitCodes } from '../exit-codes.ts'
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
      if (!(error instanceof AggregateError)) throw error
      stderr.write(`${error.errors.map(({ message }: Error) => message).join('\n')}\nThe verdict alone needs no place: lowtide judge ${shown(dir)}\n`)
      return exitCodes.couldNotRun
    }
  },
} satisfies Command
