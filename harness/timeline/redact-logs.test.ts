import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { redactLogs } from './redact-logs.ts'

test('secrets leave every log of the folder and of those in it, and nothing else does', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'redact-logs-'))
  try {
    await mkdir(join(dir, 'postgres'))
    await writeFile(join(dir, 'application.log'), 'listening\nconnecting to postgres://app:s3cret@127.0.0.1/app\n')
    await writeFile(join(dir, 'postgres', 'server.json'), '{"message":"PGPASSWORD=s3cret"}\n')
    await redactLogs(dir)
    expect(await readFile(join(dir, 'application.log'), 'utf8')).toBe('listening\nconnecting to postgres://app:***@127.0.0.1/app\n')
    expect(await readFile(join(dir, 'postgres', 'server.json'), 'utf8')).not.toContain('s3cret')
    expect((await readdir(dir)).toSorted()).toEqual(['application.log', 'postgres'])
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
