import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tellingLock, testEnvironment } from '../../testing/environment.ts'
import type { Environment } from '../environment.ts'
import type { Variant } from '../variant.ts'
import { Project } from '../model.ts'
import type { Value } from './connection.ts'
import { during } from './criteria.ts'
import { record } from './record.ts'

describe('select', () => {
  test('matches bare values with the key, adds conditions, and puts every value into a parameter', async () => {
    const statements: { text: string; values: readonly Value[] }[] = []
    const env = testEnvironment({ query: (text, values) => (statements.push({ text, values }), []) })
    using found = await Ticket.select(env, "x'; DROP TABLE t", during('x', { start: new Date(0), stop: new Date(5000) }))
    expect(found).toHaveLength(0)
    expect(statements[0]?.text).toBe('SELECT project, id, x FROM ticket WHERE project = $1 AND x >= $2 AND x <= $3 ORDER BY project, x')
    expect(statements[0]?.values[0]).toBe("x'; DROP TABLE t")
  })

  test('brings along what belongs to each row', async () => {
    const env = testEnvironment({ query: answers([2, 1]) })
    using tickets = await Ticket.select(env, 'p', 1)
    expect(tickets.map((ticket) => ticket.changes.map((change) => change.by[0]?.name))).toEqual([['b', 'b'], ['b']])
  })

  test.each([
    ['as-shipped', 6],
    ['reentrant-lock', 6],
    ['collector-off', 6],
    ['collect-per-select', 2],
    ['close-in-finally', 0],
  ] satisfies [Variant, number][])('%s: of six selects %i leave a wrapper behind', async (variant, left) => {
    const env = testEnvironment({ variant, query: answers([1, 0]) })
    using _tickets = await Ticket.select(env, 'p', 1)
    expect(env.pool.wrappersOf('MainThread')).toBe(left)
  })

  test('what it leaves behind is a cycle: a collection returns every wrapper', async () => {
    const env = testEnvironment({ query: answers([3, 3]) })
    const tickets = await Ticket.select(env, 'p', 1)
    tickets[Symbol.dispose]()
    env.heap.collect()
    expect(env.pool.wrappersOf('MainThread')).toBe(0)
  })

  test('a statement that fails is rolled back and thrown', async () => {
    const env = testEnvironment({ query: () => { throw new Error('no such column') } })
    await expect(Ticket.select(env, 'p')).rejects.toThrow('no such column')
  })
})

// The experiment of the incident's report: for obj in Project.select(env, 'All'): print str(obj).
describe('under DEBUG_LEAK', () => {
  test('one select lists what was listed in 2006, kind by kind', async () => {
    expect(await listing()).toEqual([
      'collectable EntryPoint',
      'collectable dict',
      'collectable tuple',
      'collectable list',
      'collectable cell',
      'collectable cell',
      'collectable cell',
      'collectable function',
      'collectable tuple',
      'collectable tuple',
      'uncollectable PooledConnection',
      'uncollectable dict',
    ])
  })

  // MAKE_CLOSURE made the function first up to Python 2.4, and then its tuple of cells; since 2.5 the compiler has the tuple made before it.
  test('a real CPython 2.7.18 lists the same, but for the one tuple that 2.5 moved ahead of its function', async () => {
    const captured = kinds(readFileSync(new URL('../cpython/fixtures/debug-leak-2.7.18.txt', import.meta.url), 'utf8').split('\n'))
    const mine = await listing()
    const at = mine.indexOf('collectable function')
    expect(captured).toEqual([...mine.slice(0, at), mine[at + 1], mine[at], ...mine.slice(at + 2)])
  })

  test('it is the mode that keeps the connection: with gc.garbage emptied, a collection without it returns it', async () => {
    const env = testEnvironment({ query: () => [] })
    env.heap.setDebugLeak(() => {})
    using _projects = await Project.select(env, 'All')
    env.heap.collect()
    env.heap.collect()
    expect(env.pool.wrappersOf('MainThread')).toBe(1)
    env.heap.setDebugLeak(null)
    env.heap.forgetGarbage()
    env.heap.collect()
    expect(env.pool.wrappersOf('MainThread')).toBe(0)
  })

  async function listing(): Promise<string[]> {
    const env = testEnvironment({ query: () => [['All', 'All projects', '', 0, true]] })
    const lines: string[] = []
    env.heap.setDebugLeak((line) => lines.push(line))
    using _projects = await Project.select(env, 'All')
    env.heap.collect()
    return kinds(lines)
  }

  const kinds = (lines: readonly string[]) => lines.flatMap((line) => /^gc: (\w+ )<(\w+) 0x[0-9a-f]+>$/.exec(line)?.slice(1).join('') ?? [])
})

// fixtures/select.py is the same code in Python. It tells at which checkout a collection inside the lock finds a dead wrapper.
describe('against a real CPython 2.7.18', () => {
  const { cases } = JSON.parse(readFileSync(new URL('../cpython/fixtures/select-2.7.18.json', import.meta.url), 'utf8')) as { cases: { changes: number[]; hungAt: number }[] }

  test('the captured run has both kinds of cases', () => {
    expect(cases.filter((each) => each.hungAt > 0).length).toBeGreaterThan(9)
    expect(cases.filter((each) => each.hungAt === 0).length).toBeGreaterThan(9)
  })

  test('select hangs for the same tickets, and at the same checkout', async () => {
    const mine = []
    for (const { changes } of cases) mine.push({ changes, hungAt: await checkoutThatHangs(changes) })
    expect(mine).toEqual(cases)
  })

  test.each(['close-in-finally', 'collector-off', 'collect-per-select'] satisfies Variant[])('%s never takes the lock twice', async (variant) => {
    const hungAt = []
    for (const { changes } of cases.slice(0, 6)) hungAt.push(await checkoutThatHangs(changes, variant))
    expect(hungAt).toEqual([0, 0, 0, 0, 0, 0])
  })
})

async function checkoutThatHangs(changes: readonly number[], variant: Variant = 'as-shipped'): Promise<number> {
  let checkouts = 0
  let hungAt = 0
  const base = testEnvironment({ variant, query: answers(changes), lock: tellingLock(() => void (hungAt ||= checkouts)) })
  const env: Environment = {
    ...base,
    getCnx: () => {
      checkouts++
      return base.getCnx()
    },
  }
  // As in select.py: the connection is open, there are no spare tuples, and the counters are at zero.
  await base.getCnx()
  base.heap.collect()
  base.heap.release(base.heap.alloc('tuple', [], { size: 1 }))
  base.heap.collect(1)
  using _tickets = await Ticket.select(env, 'p', 1)
  return hungAt
}

const User = record({ name: 'User', table: 'person', key: ['login', 'x'], columns: { login: 'text', name: 'text', x: 'text' } })

const TicketChange = record({
  name: 'TicketChange',
  table: 'ticket_change',
  key: ['ticket', 'x'],
  columns: { project: 'text', ticket: 'text', x: 'integer' },
  related: { by: (env) => User.select(env, 'user', 1) },
})

const Ticket = record({
  name: 'Ticket',
  table: 'ticket',
  key: ['project', 'x'],
  columns: { project: 'text', id: 'text', x: 'integer' },
  related: { by: (env) => User.select(env, 'user', 1), changes: (env, ticket) => TicketChange.select(env, ticket.id, 1) },
})

/** Rows for as many tickets as there are numbers, each with so many changes. */
const answers = (changes: readonly number[]) => (text: string, values: readonly Value[]): Value[][] => {
  if (text.includes('FROM person')) return [['a', 'b', 'c']]
  if (text.includes('FROM ticket_change')) return Array.from({ length: changes[Number(values[0])] ?? 0 }, () => ['p', 't', 1])
  return changes.map((_, i) => ['p', String(i), 1])
}
