import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadScenario } from '../harness/scenario/load-scenario.ts'
import { course } from '../app-under-test/tracker/seed/course.ts'
import { PASSWORD } from '../app-under-test/tracker/seed/people.ts'
import { inEveryProject, memberOf, password, projects } from './journeys/drproject/course.ts'

const files = readdirSync(import.meta.dirname).filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))

test.each(files)('%s loads, has no problem, and says what it is about', async file => {
  const { scenario } = await loadScenario(join(import.meta.dirname, file))
  expect(`${scenario.name}.ts`).toBe(file)
  expect(scenario.about).toMatch(/^.{20,120}$/)
})

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
