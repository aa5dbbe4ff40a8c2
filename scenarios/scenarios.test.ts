import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadScenario } from '../harness/scenario/load-scenario.ts'
import { scenarioShape } from '../harness/scenario/scenario-shape.ts'
import { course } from '../app-under-test/tracker/seed/course.ts'
import { PASSWORD } from '../app-under-test/tracker/seed/people.ts'
import { inEveryProject, memberOf, password, projects } from './journeys/drproject/course.ts'

const files = readdirSync(import.meta.dirname).filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))

test.each(files)('%s loads, has no problem, and says what it is about', async file => {
  const { scenario } = await loadScenario(join(import.meta.dirname, file))
  expect(`${scenario.name}.ts`).toBe(file)
  expect(scenario.about).toMatch(/^.{20,120}$/)
})

const root = join(import.meta.dirname, '..')
const documents = ['README.md', 'scenarios/README.md', 'reports/README.md', 'reports/FIGURES.md', 'app-under-test/README.md', 'app-under-test/foreign/README.md', 'app-under-test/tracker/README.md', 'app-under-test/zoo/README.md']

test("the README's scenario is scenarios/shop.ts, word for word", () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`\`\`\`ts\n${readFileSync(join(root, 'scenarios/shop.ts'), 'utf8')}\`\`\`\n`)
})

test('the table of scenarios names each of them', () => {
  const [, table = ''] = readFileSync(join(root, 'scenarios/README.md'), 'utf8').split('| scenario | what it does |')
  const rows = (table.split('\n\n')[0] ?? '').split('\n').map(row => row.split('|')[1] ?? '')
  expect(rows.flatMap(cell => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => `${name}.ts`)).toSorted()).toEqual(files.toSorted())
})

test('the page of scenarios explains each setting', () => {
  const page = readFileSync(join(root, 'scenarios/README.md'), 'utf8')
  const names = settingsIn(z.toJSONSchema(scenarioShape, { unrepresentable: 'any' }))
  expect(names.length).toBeGreaterThan(80)
  expect(names.filter(name => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([])
})

/** The names of all settings in a JSON Schema, at whatever depth. */
const settingsIn = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {}, ...others } = schema as { readonly properties?: Readonly<Record<string, unknown>> }
  return [...Object.keys(properties), ...[...Object.values(properties), ...Object.values(others)].flatMap(settingsIn)]
}

test.each(documents)('every link of %s leads to a file that is there, and to a heading of it', document => {
  const links = [...readFileSync(join(root, document), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
  const astray = links.flatMap(([link, path = '', heading]) => {
    const file = path === '' ? join(root, document) : join(root, dirname(document), path)
    return existsSync(file) && (heading === undefined || headingsOf(file).includes(heading)) ? [] : [link]
  })
  expect(links.length).toBeGreaterThan(0)
  expect(astray).toEqual([])
})

/** As GitHub makes anchors of them: lower case, without punctuation, hyphens for blanks. */
const headingsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'))

test("behind Apache what hangs is looked at before the time-out ends it, and once more afterwards", async () => {
  const { limits, env } = (await loadScenario(join(import.meta.dirname, 'apache-timeout.ts'))).scenario.target
  const [lingerMs, timeoutMs] = [limits?.processLingerMs ?? 0, Number(env?.['TRACKER_APACHE_TIMEOUT']) * 1_000]
  // A run waits so long after its last load, and once more for its control.
  expect(lingerMs).toBeLessThan(timeoutMs - 15_000)
  expect(2 * lingerMs).toBeGreaterThan(timeoutMs)
})

test('journeys know the projects, the people and the password of the seed data', () => {
  const seeded = course(2006).projects.filter(project => project.public)
  expect(projects).toEqual(seeded.map(({ name }) => name))
  const members = Array.from({ length: 120 }, (_, n) => memberOf(n))
  expect(members.map(({ login, project }) => `${login} of ${project}`).toSorted()).toEqual(seeded.flatMap(({ name, team }) => team.map(login => `${login} of ${name}`)).toSorted())
  expect(password).toBe(PASSWORD)
  expect(Math.min(...seeded.map(({ tickets }) => tickets))).toBeGreaterThanOrEqual(inEveryProject.tickets)
})
