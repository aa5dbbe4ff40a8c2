import { open } from 'node:fs/promises'

const tailBytes = 256 * 1024

/** The last lines of a file, newest last, of its last 256 KB; none where there is no such file. */
export async function lastLines(path: string, count: number, containing = ''): Promise<string[]> {
  const file = await open(path).catch(() => null)
  if (!file) return []
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.min(size, tailBytes))
    await file.read(bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8').split('\n').filter((line) => line !== '' && line.includes(containing)).slice(-count)
  } finally {
    await file.close()
  }
}
