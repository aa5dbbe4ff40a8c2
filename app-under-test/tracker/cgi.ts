/** The tracker as a CGI script (RFC 3875): one process, one request. Environment and stdin in, response on stdout. */
import { readFileSync, writeSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { faultOf } from './drproject/faults.ts'
import { openTracker } from './drproject/tracker.ts'
import { dispatch } from './drproject/web/dispatcher.ts'
import { LONGEST_BODY_BYTES } from './front/http-server.ts'
import { cgiResponse, requestOf } from './front/rfc3875.ts'

export async function main(): Promise<void> {
  // A process that lives for a fifth of a second does not earn back what optimising its functions costs: ten times as many calls before V8 does.
  // Not earlier: under other flags than its own V8 refuses the code that Node brings for its modules, which are all loaded by now.
  for (const flag of ['--invocation-count-for-maglev=4000', '--invocation-count-for-turbofan=30000']) setFlagsFromString(flag)
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
  // All is written, and what is left is to take the heap apart, piece by piece, which the kernel does at a stroke.
  process.exit()
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
