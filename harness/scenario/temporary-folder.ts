import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { UsageError } from './usage-error.ts'

/** The folder for temporary files, by its real path, by which the kernel tells where a process works. Fails with what to set where nothing can be made in it. */
export async function temporaryFolder(): Promise<string> {
  try {
    // The dot is in folders alone.
    await access(`${tmpdir()}/.`, constants.W_OK | constants.X_OK)
    return await realpath(tmpdir())
  } catch (cause) {
    throw new UsageError([`The folder for temporary files ${tmpdir()} cannot be used: ${(cause as Error).message}. Set TMPDIR to one that can.`], { cause })
  }
}
