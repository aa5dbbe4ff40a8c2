import { relative } from 'node:path'
import { conclude } from '../conclude.ts'
import { folderOf } from './judge.ts'
import type { Command } from './command.ts'

export default {
  usage: 'report <dir>',
  does: 'draws the reports of a recording again',
  options: {},
  run: async (args, { stdout }) => {
    const dir = folderOf(args)
    const { findings } = await conclude(dir)
    stdout.write(`${findings.verdict}  ${relative('', `${dir}/report.html`)}\n`)
    // The drawing succeeded, whatever it shows.
    return 0
  },
} satisfies Command
