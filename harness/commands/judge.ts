import { judgeRecording } from '../conclude.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { consoleText, lastLineOf } from '../report/console.ts'
import { paintFor } from '../report/paint.ts'
import { UsageError } from '../scenario/usage-error.ts'
import type { Arguments, Command } from './command.ts'
import { shown } from './shown.ts'

export default {
  usage: 'judge <dir> [--json]',
  does: 'judges a recording again, by the invariants of today',
  options: { json: { type: 'boolean' } },
  run: async (args, { stdout }) => {
    const dir = folderOf(args)
    const { facts, findings } = await judgeRecording(dir)
    const words = consoleText({ facts, findings }, { report: shown(dir, 'report.html'), paint: paintFor(stdout), width: stdout.columns || 100 })
    stdout.write(`${args.values.json === true ? JSON.stringify(findings) : words}\n`)
    return { exitCode: exitCodeOf(findings.verdict), verdict: lastLineOf(words) }
  },
} satisfies Command

/** The one folder that the arguments name. */
export function folderOf({ positionals }: Arguments): string {
  const [dir, ...more] = positionals
  if (dir === undefined || more.length > 0) throw new UsageError([`Expected the folder of one run, got ${positionals.length}. They lie in reports/.`])
  return dir
}
