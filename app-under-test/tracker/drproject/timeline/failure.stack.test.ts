import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshBrowser } from '../../testing/fresh-browser.ts'
import { OPEN, startWorld, type World } from '../../testing/world.ts'
import { FILTERS } from './window.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
}, 60_000)

afterAll(() => world[Symbol.asyncDispose]())

test.each([
  ['wiki', 'wiki', '42P01'],
  ['changeset', 'revision', '42P01'],
  ['milestone', 'milestone', '42P01'],
  ['mail', 'message', '42P01'],
  ['ticket', 'ticket_change', '42P01'],
] as const)('without the %s events the page names them, and the other four still show', async (failing, table, code) => {
  const browser = freshBrowser(world.env)
  const whole = kindsOf((await browser.get(`/${OPEN}/timeline`)).text)
  expect([...whole.keys()].toSorted()).toEqual(PROVIDERS.toSorted())
  world.lines.length = 0
  await world.database.query(`ALTER TABLE ${table} RENAME TO ${table}_elsewhere`)
  try {
    const { status, text } = await browser.get(`/${OPEN}/timeline`)
    expect([status, text]).toEqual([500, expect.stringContaining(`The ${failing} events could not be gathered.`)])
    expect(kindsOf(text)).toEqual(new Map([...whole].filter(([kind]) => kind !== failing)))
    expect(text).not.toContain(`relation "${table}"`)
    expect(world.lines.filter((line) => line.startsWith('error:'))).toEqual([`error: timeline: ${failing}: ${code} relation "${table}" does not exist`])

    const feed = await browser.get(`/${OPEN}/timeline?format=rss`)
    expect([feed.status, feed.text]).toEqual([500, expect.stringContaining(`The ${failing} events could not be gathered.`)])
    const without = FILTERS.filter((filter) => filter !== failing && filter !== 'ticket_details').map((filter) => `${filter}=on`)
    expect((await browser.get(`/${OPEN}/timeline?${without.join('&')}&format=rss`)).status).toBe(200)
  } finally {
    await world.database.query(`ALTER TABLE ${table}_elsewhere RENAME TO ${table}`)
  }
  expect(world.env.pool.wrappersOf('MainThread')).toBe(0)
  await expect.poll(async () => (await world.database.query("SELECT state FROM pg_stat_activity WHERE application_name = 'drproject'")).rows).toEqual([{ state: 'idle' }])
  expect(kindsOf((await browser.get(`/${OPEN}/timeline`)).text)).toEqual(whole)
})

const PROVIDERS = ['wiki', 'changeset', 'milestone', 'mail', 'ticket']

/** How many events each subsystem shows. */
function kindsOf(text: string): ReadonlyMap<string, number> {
  const kinds = [...text.matchAll(/<dt class="(\w+)"/g)].map((match) => match[1]!.replace(/^(?:new|edited|closed|reopened)ticket$/, 'ticket'))
  return new Map([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]))
}
