import { open } from 'node:fs/promises'

/** Reads a file on from where it was left. Gives what has been appended, at most `mostBytes`; empty where nothing has, and where there is no such file. */
export type GrowingFile = (mostBytes: number) => Promise<Buffer>

/**
 * A file that somebody else appends to. One that was replaced or emptied, as by a rotation of logs, is read from its start: what was written to the old one since the last reading is lost.
 * A reading rejects where the file cannot be opened or read.
 */
export function growingFile(path: string): GrowingFile {
  let offset = 0
  let inode = 0
  return async (mostBytes) => {
    const file = await open(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (file === null) return Buffer.alloc(0)
    try {
      const { size, ino } = await file.stat()
      if (ino !== inode || size < offset) offset = 0
      inode = ino
      const bytes = Buffer.alloc(Math.min(mostBytes, size - offset))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
      offset += bytesRead
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }
}
