import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { captured } from './testing/recordings/captured.ts'

const launcher = join(import.meta.dirname, 'lowtide.mjs')
const scenario = join(import.meta.dirname, '../scenarios/timeline-soak.ts')
let dir = ''
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'cli-test-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

type Said = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => spawn(process.execPath, [launcher, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })

async function ended(child: ChildProcess): Promise<Said> {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout, stderr }
}

const unbootable = `export default { name: 'unbootable', target: { name: 'app', command: ['false'], readyPath: '/', variants: { default: 'a', leaks: ['b'], by: { a: {}, b: {} } } }, load: { kind: 'routes', routes: [{ name: 'home', path: '/' }] } }`

const lowtide = (...args: string[]) => ended(start(args))

describe('bad input ends with 64, in one line a problem, and without a stack trace', () => {
  test.each<[string, string[], RegExp[]]>([
    ['no command', ['soak'], [/^No command "soak"\. There are run, judge, .*doctor/]],
    ['a name that every object has', ['constructor'], [/^No command "constructor"/]],
    ['no scenario', ['run'], [/^Expected a scenario file\. `lowtide list` shows/]],
    ['a scenario that is not there', ['run', 'nowhere.ts'], [/^No scenario file at nowhere\.ts/]],
    ['several things at once', ['run', 'nowhere.ts', '--profile', 'quick', '--budgit', '--seed=x', '--json=yes', '--for', '2d', '--stack', 'cloud'], [/--budgit/, /--profile to be one of repro, gate, certify, nightly, got "quick"/, /--seed to be a whole number, got "x"/, /--json takes no value, got "yes"/, /--for to be a time such as 90s, 2m or 8h, got "2d"/, /--stack to be one of auto, containers, processes, got "cloud"/, /No scenario file at nowhere\.ts/]],
    ['an option without its value', ['run', scenario, '--variant'], [/--variant/]],
    ['one whose value is empty, as of a variable that is not set', ['run', scenario, '--reports='], [/^Expected a value after --reports\./]],
    ['a time that no timer can wait for', ['run', scenario, '--profile', 'nightly', '--for', '600h'], [/^Expected --for to be at most 576h, got "600h"\./]],
    ['a time that is none', ['run', scenario, '--budget', '0s'], [/^Expected --budget to be a time such as 90s, 2m or 8h, got "0s"\./]],
    ['a variant that the target has not', ['run', scenario, '--variant', 'cured', '--profile', 'x'], [/no variant "cured"\. It has as-shipped/, /--profile to be one of/]],
    ['a misspelt variant, profile and stack', ['run', scenario, '--variant', 'as-shiped', '--profile', 'gaet', '--stack', 'container'], [/no variant "as-shiped"\. It has as-shipped, .*\. Did you mean "as-shipped"\?$/, /--profile to be one of repro, .*, got "gaet"\. Did you mean "gate"\?$/, /--stack to be one of auto, .*, got "container"\. Did you mean "containers"\?$/]],
    ['a misspelt figure', ['bench', 'probe-overhed'], [/^No figure "probe-overhed"\. There are soak, .*\. Did you mean "probe-overhead"\?$/]],
    ['a misspelt exhibit', ['accuracy', 'L30-ndoe'], [/^No exhibit "L30-ndoe"\. There are H01-go, .*\. Did you mean "L30-node"\?$/]],
    ['a folder without a record', ['judge', 'scenarios'], [/^No recording in scenarios: run\.json cannot be read/]],
    ['a folder without scenarios', ['list', '--scenarios', 'reports/bench'], [/^No scenario in reports\/bench\. Name another folder with --scenarios\.$/]],
    ['a folder that is not there', ['list', '--scenarios', 'nowhere'], [/^The folder nowhere cannot be read: ENOENT.*\. Name another with --scenarios\.$/]],
    ['words where none belong', ['doctor', 'please'], [/Expected no more words after `lowtide doctor`, got please/]],
    ['a figure of a scenario that is not there', ['bench', 'soak', '--times', '1', '--scenario', 'nowhere.ts', '--raw', 'nowhere'], [/^No scenario file at nowhere\.ts/]],
    ['results that are a folder', ['simulate', '--trials', '1', '--raw', 'reports'], [/^No results can be written to reports: EISDIR.* Name another place with --raw\.$/]],
    ['a figure that is not measured', ['bench', 'beauty', '--times', '0'], [/No figure "beauty"/, /--times to be a positive integer, got "0"/]],
  ])('%s', async (_, args, lines) => {
    const { code, stdout, stderr } = await lowtide(...args)
    for (const line of lines) expect(stderr).toMatch(new RegExp(line.source, 'm'))
    expect(stderr).not.toMatch(/^\s+at |Error:/m)
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('See lowtide help.')
  })
})

test.each<[string, string[], string]>([
  ['the value of a misspelt option is no second scenario', ['run', scenario, '--varient', 'as-shipped'], 'No option "--varient". Did you mean "--variant"?'],
  ['nor is that of one that resembles none', ['run', scenario, '--threads', '4'], 'No option "--threads". There are --profile, --stack, --variant, --for, --budget, --seed, --reports, --json.'],
  ['nor a word after a command that takes none', ['list', '--dir', 'scenarios'], 'No option "--dir". There is --scenarios.'],
  ['a misspelt command is told as well', ['jugde', 'reports'], 'No command "jugde". Did you mean "judge"?'],
])('%s: nothing else is told', async (_, args, line) => {
  expect(await lowtide(...args)).toEqual({ code: 64, stdout: '', stderr: `${line}\nSee lowtide help.\n` })
})

test('a log that is not there is told with all else that is wrong, and leaves no folder behind', async () => {
  const file = join(dir, 'replay.mjs')
  writeFileSync(file, `export default { name: 'gone', target: { name: 'app', command: ['true'], readyPath: '/' }, load: { kind: 'replay', log: 'gone.log' } }`)
  const { code, stderr } = await lowtide('run', file, '--stack', 'processes', '--seed', 'x', '--reports', join(dir, 'reports'))
  expect(stderr.split('\n').slice(0, 2)).toEqual(['Expected --seed to be a whole number, got "x".', `No log at ${join(dir, 'gone.log')}.`])
  expect(await lowtide('run', file, '--stack', 'processes', '--reports', join(dir, 'reports'))).toMatchObject({ code: 64 })
  expect([code, existsSync(join(dir, 'reports'))]).toEqual([64, false])
})

describe('help', () => {
  test('fits on a screen of 80 columns and 40 lines, and ends with what can be pasted', async () => {
    const { code, stdout, stderr } = await lowtide('help')
    const lines = stdout.trimEnd().split('\n')
    expect([code, stderr]).toEqual([0, ''])
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(lines.at(-1)).toMatch(/^ {2}lowtide judge reports\//)
  })

  test.each([
    ['run', ['profile', 'stack', 'variant', 'for', 'budget', 'seed', 'reports', 'json']],
    ['replay', ['format', 'methods', 'host', 'from', 'to', 'json']],
    ['k8s', ['url', 'collector', 'image', 'generators']],
    ['trace', ['backend', 'json']],
  ])('of `lowtide %s` says what each of its options does, on a screen, and ends with what can be pasted', async (verb, options) => {
    const { code, stdout } = await lowtide(verb, '--help')
    const lines = stdout.trimEnd().split('\n')
    expect(code).toBe(0)
    for (const option of options) expect(stdout).toMatch(new RegExp(`^  --${option}(?: [A-Z:]+)? {2,}\\w.{10,}`, 'm'))
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(stdout.split('\n\n').at(-1)).toMatch(new RegExp(`^ {2}lowtide ${verb} `))
  })

  test('is what one gets who asks for nothing, with exit code 64', async () => {
    expect(await lowtide()).toMatchObject({ code: 64, stdout: expect.stringContaining('lowtide run <scenario>') })
  })
})

test('a broken scenario in a folder hides none of the others', async () => {
  const folder = join(dir, 'scenarios')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a-broken.ts'), 'export default {')
  writeFileSync(join(folder, 'b-good.ts'), "export default { name: 'good', about: 'fine', target: { name: 'x', command: ['x'], readyPath: '/' }, load: { kind: 'routes', routes: [{ name: 'home', path: '/' }] } }")
  const { code, stdout, stderr } = await lowtide('list', '--scenarios', folder)
  expect(stdout).toMatch(/b-good\.ts {2}fine/)
  expect(stderr).toContain('a-broken.ts')
  expect(code).toBe(64)
})

test('a folder that was removed since it was entered is told in one line', async () => {
  const gone = join(dir, 'gone')
  mkdirSync(gone)
  const { code, stderr } = await ended(spawn('sh', ['-c', `cd ${gone} && rmdir ${gone} && exec ${process.execPath} ${launcher} list`], { stdio: ['ignore', 'pipe', 'pipe'] }))
  expect([code, stderr]).toEqual([64, 'The folder that this was started in is gone. Change to one that is there.\nSee lowtide help.\n'])
})

test('an exhibit that cannot be loaded is told as a scenario is', async () => {
  const zoo = join(dir, 'zoo')
  mkdirSync(zoo)
  writeFileSync(join(zoo, 'torn.ts'), 'export default {')
  const { code, stderr } = await lowtide('accuracy', '--zoo', zoo)
  expect(stderr).toBe(`The exhibit ${zoo}/torn.ts cannot be loaded: ${zoo}/torn.ts:1:16: ERROR: Expected identifier but found end of file\nSee lowtide help.\n`)
  expect(code).toBe(64)
})

test('what could not be run has proved nothing, and is no leak either', async () => {
  const file = join(dir, 'unbootable.mjs')
  writeFileSync(file, unbootable)
  const { code, stdout } = await lowtide('prove', file, '--stack', 'processes', '--reports', join(dir, 'unbootable'))
  expect(stdout).toMatch(/^0 of 3 proven$/m)
  expect(code).toBe(3)
})

test.runIf(process.platform === 'linux')('on a terminal the living block counts on until the run has ended, and nothing of it is left then', async () => {
  const file = join(dir, 'on-a-terminal.mjs')
  writeFileSync(file, unbootable.replace("['false']", "['sh', '-c', 'sleep 2; false']"))
  const run = [process.execPath, launcher, 'run', file, '--stack', 'processes', '--reports', join(dir, 'on-a-terminal')].join(' ')
  const onTerminal = (command: string, TERM = 'xterm') => ended(spawn('script', ['--quiet', '--command', command, '/dev/null'], { env: { ...process.env, TERM }, stdio: ['ignore', 'pipe', 'pipe'] }))
  const frames = (await onTerminal(`stty rows 24 cols 100; ${run}`)).stdout.split(/(?=boot {2}app {2}\d+ s)/)
  expect(frames.some((frame) => frame.startsWith('boot  app  1 s'))).toBe(true)
  const [, after = ''] = frames.at(-1)?.split(`${String.fromCodePoint(27)}[2K`) ?? []
  expect([frames.at(-1)?.startsWith('boot  app  '), after.includes('elapsed')]).toEqual([true, false])
  expect(frames.at(-1)).toContain('The application "app" ended before it was ready: exit code 1.')
  // One without a size, as a pipeline's is, gets lines, and so does one that is dumb.
  for (const { stdout } of [await onTerminal(run), await onTerminal(`stty rows 24 cols 100; ${run}`, 'dumb')]) expect(stdout).toMatch(/^\[ +0:\d\d\] boot {7}app {2}/m)
})

test('a reader that goes away is neither a leak nor a fault: the exit code is that of the command', async () => {
  const child = start(['help'])
  child.stdout.destroy()
  child.stderr.destroy()
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
})

describe.runIf(process.platform === 'linux')('output that cannot be written ends with 3, in one line, where all else went well', () => {
  const full = '/dev/full'
  const into = (file: string, args: readonly string[], before = '') => ended(spawn('sh', ['-c', `${before} exec "$0" "$@" > ${file}`, process.execPath, launcher, ...args], { stdio: ['ignore', 'ignore', 'pipe'] }))

  const told = 'The output could not be written to stdout: ENOSPC: no space left on device, write. Free some space, or send it elsewhere.\n'
  const recorded = async (name: 'healthy' | 'leaking') => {
    const { facts, timeline } = await captured(name)
    const record = join(dir, name)
    mkdirSync(record, { recursive: true })
    writeFileSync(join(record, 'run.json'), facts)
    writeFileSync(join(record, 'timeline.ndjson'), timeline)
    return record
  }

  test.each(['help', 'run --help', 'list', 'trace RECORD'])('of lowtide %s', async (line) => {
    const { code, stderr } = await into(full, line.replace('RECORD', await recorded('leaking')).split(' '))
    expect([code, stderr]).toEqual([3, told])
  })

  test.each<['healthy' | 'leaking', string[], number, RegExp]>([
    ['healthy', [], 3, /^PASS {2}.*report\.html\n$/],
    ['leaking', [], 1, /^LEAK {2}.*left behind.*report\.html\n$/],
    ['leaking', ['--json'], 1, /^LEAK {2}.*left behind.*report\.html\n$/],
  ])('of lowtide judge on a %s record %j: the verdict is told on stderr, and is no other', async (name, options, verdict, line) => {
    const { code, stderr } = await into(full, ['judge', await recorded(name), ...options])
    expect([code, stderr.startsWith(told)]).toEqual([verdict, true])
    expect(stderr.slice(told.length)).toMatch(line)
  })

  test('also where there was room for a part of it', async () => {
    const file = join(dir, 'part.txt')
    const { code, stderr } = await into(file, ['help'], 'ulimit -f 1;')
    expect(readFileSync(file, 'utf8')).toMatch(/^Lowtide boots/)
    expect([code, stderr]).toEqual([3, 'The output could not be written to stdout: EFBIG: file too large, write. Free some space, or send it elsewhere.\n'])
  })

  test('and on stderr, where nothing can tell of it but the exit code', async () => {
    expect(await into('/dev/null', ['judge', 'nowhere'], `exec 2> ${full};`)).toMatchObject({ code: 64, stderr: '' })
  })

  test('but for a reader that has left, which is no error of anybody', async () => {
    const child = start(['judge', await recorded('leaking'), '--json'])
    child.stdout.destroy()
    expect(await ended(child)).toMatchObject({ code: 1, stderr: '' })
  })
})

test('a fault of our own is no leak either: exit code 3, in words', async () => {
  const file = join(dir, 'thrower.mjs')
  writeFileSync(file, "setTimeout(() => { throw new Error('out of the blue') }, 0)\nawait new Promise((resolve) => setTimeout(resolve, 500))\nexport default {}")
  const { code, stderr } = await lowtide('run', file)
  expect(stderr).toMatch(/^Lowtide itself failed, please report it: Error: out of the blue/m)
  expect(code).toBe(3)
})

describe('an interrupt', () => {
  test('that comes twice, as by a terminal and by npm, is one: the run ends in order', async () => {
    const reports = join(dir, 'reports')
    mkdirSync(reports)
    const child = start(['run', scenario, '--stack', 'processes', '--profile', 'repro', '--reports', reports])
    const said = ended(child)
    await expect.poll(() => readdirSync(reports).map((run) => (existsSync(join(reports, run, 'run.json')) ? 'begun' : '')), { timeout: 20_000 }).toEqual(['begun'])
    child.kill('SIGINT')
    await delay(30)
    child.kill('SIGINT')
    expect((await said).code).toBe(130)
    const [run = ''] = readdirSync(reports)
    expect(JSON.parse(readFileSync(join(reports, run, 'findings.json'), 'utf8'))).toMatchObject({ verdict: 'interrupted' })
  })

  test('is also the end of the launcher that started it under an older Node, be it by SIGKILL', async () => {
    const reports = join(dir, 'launched')
    mkdirSync(reports)
    const args = JSON.stringify([launcher, 'run', scenario, '--stack', 'processes', '--profile', 'repro', '--reports', reports])
    const child = spawn(process.execPath, ['--eval', `require('node:child_process').spawn(process.execPath, ${args}, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })`], { stdio: 'ignore' })
    const files = (name: string) => readdirSync(reports).map((run) => join(reports, run, name)).filter((file) => existsSync(file))
    await expect.poll(() => files('run.json'), { timeout: 20_000 }).toHaveLength(1)
    child.kill('SIGKILL')
    await expect.poll(() => files('findings.json').map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { verdict: string }).verdict), { timeout: 20_000 }).toEqual(['interrupted'])
  })

  test('before there is a record ends with 130 as well', async () => {
    // Without a k6 at hand the run begins with looking for one, far away.
    const bin = join(dir, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'k6'), '#!/bin/sh\nexec sleep 20\n', { mode: 0o755 })
    const child = start(['run', scenario, '--stack', 'processes', '--reports', join(dir, 'none')], { PATH: `${bin}:/usr/bin:/bin`, LOWTIDE_CACHE: join(dir, 'no-cache') })
    const said = ended(child)
    await expect.poll(() => existsSync(`/proc/${child.pid}/task/${child.pid}/children`) && readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim(), { timeout: 10_000 }).not.toBe('')
    await delay(200)
    child.kill('SIGINT')
    const { code, stderr } = await said
    expect([code, existsSync(join(dir, 'none'))]).toEqual([130, false])
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('of a command that cannot end early in words of its own is told in one line', async () => {
    const child = start(['bench', 'probe-overhead', '--raw', join(dir, 'raw')])
    const said = ended(child)
    await expect.poll(() => existsSync(join(dir, 'raw')), { timeout: 20_000 }).toBe(true)
    child.kill('SIGINT')
    const { code, stderr } = await said
    expect(stderr).toMatch(/^interrupted by SIGINT: `lowtide bench` has not come to its end$/m)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(code).toBe(130)
  })
})
