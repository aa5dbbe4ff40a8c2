import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { linkAgent } from './agent-link.ts'

/** An agent played by the test: what it is asked, and a way to answer. */
function played() {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const agent = linkAgent({ input, output, errors, end: async () => {} })
  const questions: { id: number; ask: string }[] = []
  input.on('data', (chunk) => questions.push(...String(chunk).trim().split('\n').map((line) => JSON.parse(line))))
  return { agent, questions, output, errors, say: (answer: object) => output.write(`${JSON.stringify(answer)}\n`) }
}

const patient = AbortSignal.timeout(2_000)

test('answers find their questions in whatever order they come', async () => {
  const { agent, say } = played()
  const [beat, look] = [agent.ask({ ask: 'beat' }, patient), agent.ask({ ask: 'look' }, patient)]
  say({ id: 2, counters: {}, processes: [], mainProcess: null })
  say({ id: 1, counters: { 'app.processes': 3 } })
  expect(await beat).toEqual({ counters: { 'app.processes': 3 } })
  expect(await look).toEqual({ counters: {}, processes: [], mainProcess: null })
})

test('a command line with a line separator of Unicode in it is one answer', async () => {
  const { agent, say } = played()
  const look = agent.ask({ ask: 'look' }, patient)
  say({ id: 1, counters: {}, processes: [{ command: 'node \u2028 x' }], mainProcess: null })
  expect(await look).toMatchObject({ processes: [{ command: 'node \u2028 x' }] })
})

test('a line that is no answer ends nothing', async () => {
  const { agent, say, output } = played()
  const beat = agent.ask({ ask: 'beat' }, patient)
  output.write('(node:7) Warning: something\n')
  say({ id: 1, counters: {} })
  expect(await beat).toEqual({ counters: {} })
})

test('an agent that ends rejects what waits for it, and all that is asked later, with its last words', async () => {
  const { agent, output, errors } = played()
  const waiting = agent.ask({ ask: 'beat' }, patient)
  errors.write('Error: EMFILE\n')
  await new Promise(setImmediate)
  output.end()
  await expect(waiting).rejects.toThrow('the agent has ended: Error: EMFILE')
  await expect(agent.ask({ ask: 'beat' }, patient)).rejects.toThrow('the agent has ended')
})

test('a question that could not be answered says why', async () => {
  const { agent, say } = played()
  const planted = agent.ask({ ask: 'unplant' }, patient)
  say({ id: 1, error: 'no such thing' })
  await expect(planted).rejects.toThrow('the agent could not answer: no such thing')
})

test('who gives up is told so at once, and a late answer disturbs nobody', async () => {
  const { agent, say } = played()
  const giving = new AbortController()
  const beat = agent.ask({ ask: 'beat' }, giving.signal)
  giving.abort(new Error('enough'))
  await expect(beat).rejects.toThrow('enough')
  await expect(agent.ask({ ask: 'beat' }, giving.signal)).rejects.toThrow('enough')
  const next = agent.ask({ ask: 'beat' }, patient)
  say({ id: 1, counters: { late: 1 } })
  say({ id: 2, counters: { next: 1 } })
  expect(await next).toEqual({ counters: { next: 1 } })
})
