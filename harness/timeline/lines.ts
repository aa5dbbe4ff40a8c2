import type { Readable } from 'node:stream'

/** Lines of a stream of UTF-8. Subtle: node:readline ends a line at U+2028 and U+2029 too, which JSON leaves as they are inside its strings. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  for await (const lines of linesAtOnce(stream.setEncoding('utf8'))) yield* lines
}

/** The same by the handful, as many as a chunk of text ends: a night's record has three hundred thousand, and to wait for each costs more than to read it. */
export async function* linesAtOnce(chunks: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let begun: string[] = []
  for await (const chunk of chunks) {
    const [end = '', ...lines] = chunk.split('\n')
    begun.push(end)
    const next = lines.pop()
    if (next === undefined) continue
    yield [begun.join(''), ...lines]
    begun = [next]
  }
  const rest = begun.join('')
  if (rest !== '') yield [rest]
}
