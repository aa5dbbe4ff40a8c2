import { HTTPParser } from 'http-parser-js'

/** An answer as far as it has come. */
export type Answer = { readonly status: number; readonly bodyBytes: number; readonly complete: boolean; readonly keepsAlive: boolean; readonly text: () => string }

/** Reads the answers of one connection, in whatever pieces they come. `feed` throws at what is no HTTP. */
export type Answers = {
  readonly all: readonly Answer[]
  readonly feed: (bytes: Buffer) => void
  /** The server has ended: an answer without a length is complete by that. */
  readonly end: () => void
}

/** More of a body is counted, not kept: `contains` looks no further. */
const mostKept = 4 * 1024 * 1024

/** @param isBodiless whether the answer with this number, from 0, is one to HEAD: whatever length it tells, no body comes */
export const openAnswers = (isBodiless: (nth: number) => boolean = () => false): Answers => {
  const all: (Omit<Answer, 'text'> & { bodyBytes: number; complete: boolean; chunks: Buffer[]; text: () => string })[] = []
  const parser = new HTTPParser(HTTPParser.RESPONSE)
  parser[HTTPParser.kOnHeadersComplete] = ({ statusCode: status, shouldKeepAlive: keepsAlive }) => {
    // 100 Continue and its like come before the answer.
    if (status < 200) return 0
    const chunks: Buffer[] = []
    all.push({ status, keepsAlive, bodyBytes: 0, complete: false, chunks, text: () => Buffer.concat(chunks).toString('utf8') })
    // The parser's word for a body that does not come: the length of a 304 is of what it did not send (RFC 9110, section 15.4.5).
    return status === 304 || isBodiless(all.length - 1) ? 1 : 0
  }
  parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
    const answer = all.at(-1)!
    // Copied: the buffer is read into again.
    if (answer.bodyBytes < mostKept) answer.chunks.push(Buffer.from(chunk.subarray(offset, offset + length)))
    answer.bodyBytes += length
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    const answer = all.at(-1)
    if (answer) answer.complete = true
  }
  const must = (result: unknown) => {
    if (result instanceof Error) throw result
  }
  return { all, feed: bytes => must(parser.execute(bytes)), end: () => must(parser.finish()) }
}
