import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepRecord, recordOf } from './records.ts'

const folderIn = async (place: string) => {
  const dir = await mkdtemp(join(place, 'records-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const recorded = async () => {
  const dir = await folderIn(tmpdir())
  for (const file of ['run.json', 'timeline.ndjson', 'report.html']) await writeFile(join(dir, file), file)
  return dir
}

test.each([
  ['the same disk', tmpdir()],
  ['another', '/dev/shm'],
])('what judging needs of a run is kept, and nothing else, on %s', async (_, place) => {
  // Without that folder there is no other disk to keep it on.
  if (!existsSync(place)) return
  const [dir, kept] = [await recorded(), recordOf('L01-node forgets 0.01 1000 0', await folderIn(place))]
  await keepRecord(dir, kept)
  await rm(dir, { recursive: true })
  expect((await readdir(kept)).toSorted()).toEqual(['run.json', 'timeline.ndjson'])
  expect(await readFile(join(kept, 'timeline.ndjson'), 'utf8')).toBe('timeline.ndjson')
})
