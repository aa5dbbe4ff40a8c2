import { fstatSync, writeFileSync } from 'node:fs'

/**
 * Notes what stdout and stderr cannot take, which would go unnoticed. What it returns waits until both have taken everything, since a pipe takes no more than its reader does and exiting
 * earlier would cut a long answer short, and then tells in a sentence of each what became of the rest. A reader that goes away (`| head`, a closed terminal) is none of it, nor waited for:
 * it ends no run, whose record matters more than its words.
 */
export function watchOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): () => Promise<readonly string[]> {
  const failures = new Map<string, Error>()
  const streams = Object.entries({ stdout, stderr }).map(([name, stream]) => ({
    stream,
    note: (error: Error | null | undefined) => {
      if (error && !failures.has(name) && !isOfReader(error, stream)) failures.set(name, error)
    },
  }))
  for (const { stream, note } of streams) {
    stream.on('error', note)
    if (fstatSync(stream.fd).isFile()) writeWhole(stream)
  }
  return async () => {
    // Subtle: the last failure reaches this callback before it is an event.
    await Promise.all(streams.map(({ stream, note }) => new Promise<void>((resolve) => void stream.write('', (error) => resolve(note(error))))))
    return [...failures].map(([name, { message }]) => `The output could not be written to ${name}: ${message}. Free some space, or send it elsewhere.`)
  }
}

/** A terminal that was closed gives EIO, as a broken disk does. */
const isOfReader = ({ code }: NodeJS.ErrnoException, { isTTY }: NodeJS.WriteStream): boolean => code === 'EPIPE' || code === 'ECONNRESET' || (code === 'EIO' && isTTY)

/** To a file Node writes each chunk once, and takes the part for which there was room for the whole. */
function writeWhole(stream: NodeJS.WriteStream & { readonly fd: number }): void {
  stream._write = (chunk: Buffer, _encoding, done) => {
    try {
      writeFileSync(stream.fd, chunk)
    } catch (error) {
      return done(error as Error)
    }
    done()
  }
}
