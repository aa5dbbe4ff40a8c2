import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verdictsOnContainers, verdictsOnProcesses } from '../bench/accuracy.ts'
import { certify } from '../bench/certify.ts'
import { judgeNight } from '../bench/judge-night.ts'
import { killOnContainers, killOnProcesses } from '../bench/kill.ts'
import { loadDrained } from '../bench/load/drained.ts'
import { loadMillions } from '../bench/load/millions.ts'
import { loadMemory } from '../bench/load/memory.ts'
import { loadQuiescent } from '../bench/load/quiescent.ts'
import { loadRate } from '../bench/load/rate.ts'
import { loadSegments } from '../bench/load/segments.ts'
import { secondOpinion } from '../bench/load/second-opinion.ts'
import { measure, type Measure } from '../bench/measure.ts'
import { memory } from '../bench/memory.ts'
import { probeOverhead } from '../bench/overhead.ts'
import { replayArrivals } from '../bench/replay-arrivals.ts'
import { replayParse } from '../bench/replay-parse.ts'
import { soakLength } from '../bench/soak.ts'
import { loadScenario } from '../scenario/load-scenario.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { perhaps } from '../thresholds/meant.ts'
import { textOf, type Command } from './command.ts'

// Each figure has results of its own; all that this list does with them is to hand them back.
const measures = [soakLength, memory, probeOverhead, judgeNight, certify, verdictsOnProcesses, verdictsOnContainers, killOnProcesses, killOnContainers, loadRate, loadDrained, loadQuiescent, loadSegments, loadMemory, loadMillions, secondOpinion, replayParse, replayArrivals] as unknown as readonly Measure[]

export default {
  usage: 'bench [figure ...] [--scenario FILE] [--times N] [--raw DIR]',
  does: 'measures the figures of reports/FIGURES.md, or those named; resumes',
  options: { scenario: { type: 'string' }, times: { type: 'string' }, raw: { type: 'string' } },
  run: async (args, { stdout, stderr, signal }) => {
    const times = textOf(args, 'times')
    const names = measures.map((one) => one.name)
    const problems = [...args.positionals.filter((name) => !names.includes(name)).map((name) => `No figure "${name}". There are ${names.join(', ')}.${perhaps(name, names)}`), ...(times === undefined || /^[1-9]\d*$/.test(times) ? [] : [`Expected --times to be a positive integer, got "${times}".`])]
    if (problems.length > 0) throw new UsageError(problems)
    const raw = textOf(args, 'raw') ?? 'reports/bench'
    const scenario = textOf(args, 'scenario')
    if (scenario !== undefined) await loadScenario(scenario) // of a mistake there would be a figure
    const options = { signal, scenario: scenario ?? 'scenarios/timeline-soak.ts', reports: 'reports', ...(times === undefined ? {} : { times: Number(times) }) }
    for (const one of measures.filter(({ name }) => args.positionals.length === 0 || args.positionals.includes(name))) {
      stderr.write(`${one.name}: ${one.claims}\n`)
      const results = await measure(one, join(raw, `${one.name}.ndjson`), options, (nth, result) => stderr.write(`  ${nth + 1} of ${options.times ?? one.times}  ${JSON.stringify(result).slice(0, 160)}\n`))
      const drawing = one.drawing?.(results) ?? null
      if (drawing !== null) await writeFile(join(raw, drawing.file), drawing.text)
      stdout.write(`${one.name}\n${one.figures(results).map((line) => `  ${line}`).join('\n')}\n`)
    }
    return 0
  },
} satisfies Command
