import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

let dir = ''
beforeEach(() => void (dir = realpathSync(mkdtempSync(join(tmpdir(), 'temporary-folder-test-')))))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true, force: true })
})

const within = (name: string) => {
  vi.stubEnv('TMPDIR', join(dir, name))
  return temporaryFolder().catch((error: Error) => error.message.replaceAll(dir, ''))
}

test('it is told by its real path: the kernel tells by that where a process works', async () => {
  symlinkSync(dir, join(dir, 'link'))
  expect(await within('link')).toBe(dir)
})

test('one that is not there, or is no folder, is told with what to set', async () => {
  writeFileSync(join(dir, 'file'), '', { mode: 0o755 })
  expect(await within('nowhere')).toBe("The folder for temporary files /nowhere cannot be used: ENOENT: no such file or directory, access '/nowhere/.'. Set TMPDIR to one that can.")
  expect(await within('file')).toBe("The folder for temporary files /file cannot be used: ENOTDIR: not a directory, access '/file/.'. Set TMPDIR to one that can.")
})
