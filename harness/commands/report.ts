import { conclude } from '../conclude.ts'
import { folderOf } from './judge.ts'
import type { Command } from './command.ts'
import { shown } from './shown.ts'

export default {
  usage: 'report <dir>',
  does: 'draws the reports of a recording again',
  options: {},
  run: async (args, { stdout }) => {
    const dir = folderOf(args)
    const { findings } = await conclude(dir)
    stdout.write(`${findings.verdict}  ${shown(dir, 'report.html')}\n`)
    // The drawing succeeded, whatever it shows.
    return 0
  },
} satisfies Command
