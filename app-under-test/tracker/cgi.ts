/** The tracker as a CGI script (RFC 3875): one process, one request. Environment and stdin in, response on stdout. */
import { readFileSync, writeSync } from 'node:fs'
import { openTracker } from './drproject/tracker.ts'
import { dispatch } from './drproject/web/dispatcher.ts'
import { cgiResponse, requestOf } from './front/rfc3875.ts'

export async function main(): Promise<void> {
  const env = openTracker(process.env)
  const response = await dispatch(env, requestOf(process.env, Number(process.env.CONTENT_LENGTH) > 0 ? readFileSync(0, 'utf8') : ''))
  print(cgiResponse(response))
  await env.close()
}

/** All of it, even through a pipe that takes a part at a time. A reader that has gone is no failure of ours. */
function print(text: string): void {
  let rest = Buffer.from(text)
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}
