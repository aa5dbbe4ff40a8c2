import { existsSync } from 'node:fs'
import { glob, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { problemsOf } from '../../harness/scenario/validate.ts'
import type { Exhibit } from '../../harness/index.ts'
import { loadInvariants } from '../../harness/verdict/load-invariants.ts'

const folder = join(import.meta.dirname, 'exhibits')
const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).toSorted()
const exhibits = await Promise.all(files.map(async (file) => ({ file, exhibit: ((await import(join(folder, file))) as { readonly default: Exhibit }).default })))
const invariants = (await loadInvariants()).map(({ name }) => name)

test.each(exhibits)('$file is a scenario, named as its file, that says what it is about', ({ file, exhibit: { id, scenario, stack } }) => {
  expect(problemsOf(scenario)).toEqual([])
  expect(id).toMatch(/^[LHR]\d\d-[a-z]+$/)
  const [number = '', language = ''] = id.split('-')
  expect(basename(file, '.ts')).toMatch(new RegExp(`^${number}-.+-${language}$`))
  expect(scenario.name).toBe(basename(file, '.ts').toLowerCase())
  expect(stack).toContain(language)
  expect(scenario.about).toMatch(/^.{20,120}$/)
})

test.each(exhibits)('$file has the program that it runs', ({ exhibit: { scenario: { target } } }) => {
  const cwd = resolve(folder, target.cwd ?? '.')
  // What a seed compiles is there only when it has run.
  const programs = target.command.filter((word) => /\.(ts|py)$/.test(word))
  for (const program of programs) expect(existsSync(join(cwd, program)), program).toBe(true)
})

test.each(exhibits)('$file is judged by invariants that there are', ({ exhibit: { expected } }) => {
  const named = expected.verdict === 'leak' ? expected.by : expected.verdict === 'inconclusive' ? [expected.because] : []
  expect(invariants).toEqual(expect.arrayContaining([...named]))
})

test.each(exhibits)('$file is triggered and owned by routes that are sent', ({ exhibit: { trigger, expected, scenario } }) => {
  // A rude client's route is that of its request, and its manner: `report · abort mid-body`.
  const named = [trigger, expected.verdict === 'leak' ? expected.route : null].flatMap((route) => route?.split(' · ')[0] ?? [])
  // A journey's routes are its script's own.
  const routes = scenario.load.kind === 'routes' ? scenario.load.routes.map(({ name }) => name) : named
  expect(routes).toEqual(expect.arrayContaining(named))
})

test.each(exhibits.filter(({ exhibit: { trigger, scenario } }) => trigger !== null && scenario.load.kind === 'routes'))('$file has healthy routes enough that to name the owner is no matter of course', ({ exhibit: { scenario } }) => {
  expect(scenario.load).toHaveProperty('routes.length', expect.toSatisfy((routes: number) => routes >= 3))
})

test.each(exhibits.filter(({ exhibit: { mended = [] } }) => mended.length > 0))('$file has the healthy twin that it names', ({ exhibit: { mended = [], scenario: { target } } }) => {
  expect(Object.keys(target.variants?.by ?? {})).toEqual(expect.arrayContaining([...mended]))
  expect(mended).not.toContain(target.variants?.default)
})

test('no two exhibits have one id', () => {
  const ids = exhibits.map(({ exhibit: { id } }) => id)
  expect(ids).toEqual([...new Set(ids)])
})

test('programs know nothing of Lowtide', async () => {
  const programs = await Array.fromAsync(glob(['{.,reverts}/{node,go,python}/**/*.{ts,go,py}'], { cwd: import.meta.dirname, exclude: ['**/node_modules', '**/leaky', '**/mended'] }))
  expect(programs.length).toBeGreaterThan(0)
  for (const program of programs) {
    // What describes a stack's target is the exhibits', though it lies beside its programs.
    if (basename(program) === 'target.ts') continue
    const text = await readFile(join(import.meta.dirname, program), 'utf8')
    expect(text, join(dirname(program), basename(program))).not.toMatch(/harness|lowtide/i)
  }
})
