import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

const buffer = Buffer.alloc(64 * 1024)

/** The text of a file in /proc; empty where it cannot be read. */
export function tryRead(path: string): string {
  try {
    return read(path)
  } catch {
    return '' // gone, or not ours to read
  }
}

/** The same for a file that the kernel hands out in pieces, or that is longer than one buffer. */
export function tryReadWhole(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Reads a file of /proc. These have no size, which readFileSync would ask for: one buffer is enough for nearly all of them. Throws where it cannot be read. */
export function read(path: string): string {
  const fd = openSync(path, 'r')
  try {
    const first = readSync(fd, buffer, 0, buffer.length, 0)
    return first < buffer.length ? buffer.toString('utf8', 0, first) : readFileSync(path, 'utf8')
  } finally {
    closeSync(fd)
  }
}
