import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openReaders } from '../probes/open-readers.ts'
import { startSampler } from '../probes/sampler.ts'
import { bootProcesses } from '../stack/processes.ts'
import { startWatchdog } from '../stack/watchdog.ts'
import { median, spread, type Measure } from './measure.ts'

type Pair = { readonly off: number; readonly on: number }

const secondsEach = 8

/**
 * pgbench -S with the probes off and on, in turns of off, on, on, off: a drift of the machine cancels out within each turn.
 * The server rests for nobody here, so this is the most that the probes can cost.
 */
export const probeOverhead: Measure<Pair> = {
  name: 'probe-overhead',
  claims: 'with all probes at 5 Hz, pgbench -S keeps at least 99 % of its transactions a second',
  times: 10,
  once: async (_, { signal }) => {
    const pgbench = await findPgbench()
    const dir = await mkdtemp(join(tmpdir(), 'bench-'))
    await using cleanUp = new AsyncDisposableStack()
    cleanUp.defer(() => rm(dir, { recursive: true, force: true }))
    const run = `bench-${process.pid}`
    const watchdog = cleanUp.use(await startWatchdog(dir, run))
    const target = { name: 'nothing', command: [process.execPath, '-e', "require('http').createServer((_, r) => r.end()).listen(process.env.PORT)"], readyPath: '/' }
    const stack = cleanUp.use(await bootProcesses({ target, variant: null, scenarioDir: dir, run, dir, own: watchdog.own, say: () => {}, signal }))
    await stack.startApp(signal)
    const bench = (...args: string[]) => promisify(execFile)(pgbench, [...args, stack.database.appUri], { signal })
    await bench('--initialize', '--quiet', '--scale=2')
    const tps = async () => Number(/tps = ([\d.]+)/.exec((await bench('--select-only', '--no-vacuum', '--client=4', '--jobs=1', `--time=${secondsEach}`)).stdout)?.[1])
    const watched = async () => {
      await using eyes = await openReaders(stack, { signal, say: () => {} })
      await using _sampler = startSampler({ readers: eyes.readers, everyMs: 200, record: () => {}, onBeat: () => {}, others: () => ({}), signal })
      return await tps()
    }
    await tps() // caches
    const [first, second, third, fourth] = [await tps(), await watched(), await watched(), await tps()]
    return { off: (first + fourth) / 2, on: (second + third) / 2 }
  },
  figures: (results) => {
    const ratios = results.map(({ off, on }) => (100 * on) / off)
    return [`probes on against off: ${spread(ratios, '% of the transactions a second', 1)}; off ${Math.round(median(results.map(({ off }) => off)))} a second`]
  },
}

/** Debian keeps it out of PATH. */
async function findPgbench(): Promise<string> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  for (const path of ['pgbench', ...versions.toReversed().map((version) => `/usr/lib/postgresql/${version}/bin/pgbench`)]) {
    const found = await promisify(execFile)(path, ['--version']).then(() => true, () => false)
    if (found) return path
  }
  throw new Error('This figure needs pgbench: on Debian, apt-get install postgresql-contrib.')
}
