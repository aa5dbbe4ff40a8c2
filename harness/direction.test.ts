import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = import.meta.dirname

/** Who may import whom inside harness/: writers left of the record, readers right of it, and the record in the middle knows neither. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  timeline: [],
  replay: ['timeline'],
  scenario: ['timeline', 'replay', 'thresholds'],
  thresholds: ['timeline', 'verdict'],
  verdict: ['timeline', 'invariants', 'attribution', 'folder.ts'],
  invariants: ['timeline', 'verdict', 'attribution'],
  attribution: ['timeline'],
  report: ['timeline', 'thresholds', 'verdict', 'folder.ts'],
  probes: ['timeline', 'scenario', 'stack', 'folder.ts'],
  stack: ['timeline', 'scenario', 'probes'],
  load: ['timeline', 'scenario', 'stack', 'replay'],
  control: ['timeline', 'probes', 'stack'],
  accuracy: ['timeline', 'scenario', 'verdict', 'conclude.ts', 'fault.ts', 'folder.ts', 'index.ts'],
  faults: ['probes', 'stack', 'fault.ts'],
  forensics: ['timeline', 'probes', 'stack'],
  simulator: ['timeline', 'verdict', 'probes', 'load', 'results.ts'],
  // Statistics know of no record.
  'verdict/statistics': [],
  // It runs in k6, where there is no Node.
  'load/journey': ['timeline/routes.ts', 'scenario/model.ts', 'scenario/path.ts', 'scenario/scenario.ts', 'replay/expectation.ts', 'replay/logged.ts'],
}

test.each(Object.entries(allowed))('%s/ imports of ours only %j', (folder, may) => {
  const wrong = sourcesOf(join(root, folder)).flatMap((file) =>
    importsOf(file).map((path) => relative(root, path)).filter((path) => ![folder, ...may].some((place) => path === place || path.startsWith(`${place}/`))).map((path) => `${relative(root, file)} imports ${path}`),
  )
  expect(wrong).toEqual([])
})

test('nothing in harness/ imports a scenario or an application under test', () => {
  const wrong = sourcesOf(root).flatMap((file) => importsOf(file).filter((path) => relative(root, path).startsWith('..')).map((path) => `${relative(root, file)} imports ${path}`))
  expect(wrong).toEqual([])
})

test('what runs in k6 imports nothing of Node', () => {
  const wrong = sourcesOf(join(root, 'load/journey')).filter((file) => /from 'node:/.test(codeOf(file)))
  expect(wrong.map((file) => relative(root, file))).toEqual([])
})

test('only cli.ts touches process.argv, process.exit and signals, but for programs with a process of their own', () => {
  const own = ['cli.ts', 'probes/agent.ts', 'control/planter.ts', 'load/rude/main.ts', 'stack/watchdog-main.ts']
  const wrong = sourcesOf(root).filter((file) => !own.includes(relative(root, file)) && !/fixtures|bench/.test(file) && /process\.(argv|exit\b|exitCode|on\(|once\()/.test(codeOf(file)))
  expect(wrong.map((file) => relative(root, file))).toEqual([])
})

test('the sources are there to be looked at', () => {
  expect(sourcesOf(root).length).toBeGreaterThan(80)
  expect(importsOf(join(root, 'run.ts')).length).toBeGreaterThan(5)
})

function sourcesOf(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sourcesOf(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : []
  })
}

/** Without its comments, which may name what the code must not. */
const codeOf = (file: string) => readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')

function importsOf(file: string): string[] {
  const lines = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)
  return [...lines].map(([, path]) => resolve(dirname(file), path ?? ''))
}
