import { setTimeout } from 'node:timers/promises'

/** k6's REST interface, of which the barrier needs two calls. */
export type K6Rest = {
  /** Waits until all users are made and k6 stands before its first request. */
  readonly paused: (signal: AbortSignal) => Promise<void>
  /** Lets the requests go. */
  readonly start: (signal: AbortSignal) => Promise<void>
}

/** `port` is of loopback. */
export const k6Rest = (port: number): K6Rest => {
  const url = `http://127.0.0.1:${port}/v1/status`
  return {
    paused: async signal => {
      while ((await status(url, signal)) !== pausedAndReady) await setTimeout(20, undefined, { signal })
    },
    start: async signal => {
      const body = JSON.stringify({ data: { type: 'status', id: 'default', attributes: { paused: false } } })
      const response = await fetch(url, { method: 'PATCH', body, signal })
      if (!response.ok) throw new Error(`k6 answered ${response.status} to its start: ${await response.text()}`)
      await response.arrayBuffer()
    },
  }
}

const pausedAndReady = 4

/** null while k6 does not listen yet: what answers in its place, as somebody may who got the port before, is no k6. */
const status = async (url: string, signal: AbortSignal): Promise<number | null> => {
  try {
    const response = await fetch(url, { signal })
    const { data } = (await response.json()) as { data: { attributes: { status: number } } }
    return data.attributes.status
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof TypeError || error instanceof SyntaxError) return null
    throw error
  }
}
