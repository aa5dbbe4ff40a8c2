import type { Readable } from 'node:stream'

/** Lines of a stream of UTF-8. Subtle: node:readline ends a line at U+2028 and U+2029 too, which JSON leaves as they are inside its strings. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
