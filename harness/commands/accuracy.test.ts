import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import accuracy from './accuracy.ts'

let dir = ''
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'accuracy-test-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const again = (raw: string, ...positionals: string[]) => {
  const io = { stdout: process.stdout, stderr: process.stderr, signal: AbortSignal.timeout(10_000) }
  return accuracy.run({ values: { raw, records: join(dir, 'records'), again: true }, positionals, line: 'lowtide accuracy' }, io)
}

test('to judge again where no record was kept, or none of what was asked for, is a mistake', async () => {
  const raw = join(dir, 'cells.ndjson')
  await writeFile(raw, `${JSON.stringify({ key: 'L01-node leaky 0.01 1000 0', exhibit: 'L01-node', outcome: 'judged' })}\n`)
  await expect(again(raw)).rejects.toThrow(`Of 1 run that was asked for in ${raw} none has its record in ${join(dir, 'records')}.`)
  await expect(again(raw, 'L77')).rejects.toThrow(/^Of 0 runs that were asked for in /)
  await expect(again(join(dir, 'nowhere', 'cells.ndjson'))).rejects.toThrow(/^Of 0 runs /)
})
