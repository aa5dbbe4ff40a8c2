/** Lines of a stream of bytes, as latin1, so that no byte is lost or refused; in batches, as one by one they would cost more than their reading. A line too long is given cut. */
export async function* batchesOfLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    // Of a file without line ends no more is kept than shows that it has none.
    if (rest.length > 2 * longestLine) rest = rest.slice(0, longestLine + 1)
    yield lines
  }
  if (rest !== '') yield [rest]
}

/** Characters. Apache and nginx refuse requests of more than 8 kB. */
export const longestLine = 65_536
