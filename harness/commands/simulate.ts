import { clock } from '../report/words.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { runSimulator } from '../simulator/simulator.ts'
import { tableOf } from '../simulator/table.ts'
import { type Command, textOf } from './command.ts'

export default {
  usage: 'simulate [--trials N] [--seed N] [--raw FILE]',
  does: 'judges made recordings and prints how often the judge is right; resumes',
  options: { trials: { type: 'string' }, seed: { type: 'string' }, raw: { type: 'string' } },
  operands: 'none',
  run: async (args, { stdout, stderr, signal }) => {
    const [trials, seed] = [wholeOf('trials', textOf(args, 'trials') ?? '2000'), wholeOf('seed', textOf(args, 'seed') ?? '1')]
    const file = textOf(args, 'raw') ?? 'reports/accuracy/simulator.ndjson'
    const beganMs = performance.now()
    let toldMs = beganMs
    const onRow = (done: number, of: number, share: number) => {
      const nowMs = performance.now()
      if (nowMs - toldMs < 1_000 && done < of) return
      toldMs = nowMs
      stderr.write(`${stderr.isTTY ? '\r' : ''}simulate  ${done} of ${of} stretches, ${clock(((nowMs - beganMs) / share) * (1 - share))} to go${stderr.isTTY && done < of ? '   ' : '\n'}`)
    }
    const rows = await runSimulator({ trials, seed, file, signal, onRow })
    stdout.write(`${tableOf(rows).join('\n')}\nraw results: ${file}\n`)
    return 0
  },
} satisfies Command

function wholeOf(option: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError([`Expected --${option} to be a positive integer, got "${text}".`])
  return Number(text)
}
