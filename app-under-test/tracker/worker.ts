/** One worker of server.ts: takes a request, answers it, takes the next. Its memory, its pool and its connection live as long as it does. */
import { openTracker } from './drproject/tracker.ts'
import { dispatch } from './drproject/web/dispatcher.ts'
import { requestOf } from './front/rfc3875.ts'
import type { Job } from './server.ts'

const env = openTracker(process.env)

process.on('message', async (message) => {
  const { variables, body } = message as Job
  process.send?.(await dispatch(env, requestOf({ ...process.env, ...variables }, body)))
})

// The server has gone, or is stopping: an idle worker ends. One that hangs never gets here.
process.on('disconnect', async () => {
  await env.close()
  process.exit(0)
})

// Whoever stops the server from a terminal signals the whole group; the server tells its workers when to end.
process.on('SIGINT', () => {})
