/** The tracker as a CGI script (RFC 3875): one process, one request. Environment and stdin in, response on stdout. */
import { readFileSync, writeSync } from 'node:fs'
import { faultOf } from './drproject/faults.ts'
import { openTracker } from './drproject/tracker.ts'
import { dispatch } from './drproject/web/dispatcher.ts'
import { LONGEST_BODY_BYTES } from './front/http-server.ts'
import { cgiResponse, requestOf } from './front/rfc3875.ts'

export async function main(): Promise<void> {
  try {
    const length = Number(process.env.CONTENT_LENGTH ?? 0)
    if (length > LONGEST_BODY_BYTES) return print(cgiResponse({ status: 413, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'That is too long.\n' }))
    const env = openTracker(process.env)
    print(cgiResponse(await dispatch(env, requestOf(process.env, length > 0 ? readFileSync(0) : new Uint8Array()))))
    await env.close()
  } catch (error) {
    process.stderr.write(`drproject.cgi: ${faultOf(error).message}\n`)
    print(cgiResponse({ status: 500, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'The page could not be made. What happened is in the log.\n' }))
  }
}

/** All of it, even through a pipe that takes a part at a time. A reader that has gone is no failure of ours. */
function print(output: Buffer): void {
  let rest = output
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}
