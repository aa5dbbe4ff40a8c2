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

test('a log that cannot be redacted is not kept with its secrets, and the others are', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'redact-logs-'))
  try {
    await writeFile(join(dir, 'application.log'), 'PGPASSWORD=s3cret\n')
    await writeFile(join(dir, 'k6.log'), 'postgres://app:s3cret@127.0.0.1/app\n')
    // Where its redacted copy would go stands a folder: it can no more be written than on a full disk.
    await mkdir(join(dir, 'application.log.part'))
    expect(await redactLogs(dir)).toEqual([expect.stringMatching(/^application\.log could not be redacted \(EISDIR.*\) and was deleted$/)])
    expect(await readdir(dir)).toEqual(['k6.log'])
    expect(await readFile(join(dir, 'k6.log'), 'utf8')).not.toContain('s3cret')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
