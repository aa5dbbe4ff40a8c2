import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { buildCgi } from './build.ts'

/** Children of this process that are esbuild's, zombies too. */
const builders = () => execFileSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).split('\n').filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('esbuild'))

test('builds at the same time both come to their end, and leave no process behind', { timeout: 30_000 }, async () => {
  await expect(Promise.all([buildCgi(), buildCgi()])).resolves.toHaveLength(2)
  expect(builders()).toEqual([])
})
