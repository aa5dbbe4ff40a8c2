// Healthy: connections to an upstream are kept for the next request until it closes them, or closed at once and left to the kernel in TIME_WAIT.
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openPool, ordinary } from './depot.ts'
import { serve } from './serve.ts'

/** The upstream. It hangs up on who has been silent for a second. */
const weather = createServer({ keepAliveTimeout: 1_000 }, (_, response) => response.end('fair'))
weather.listen(0, '127.0.0.1')

const keeping = new Agent({ keepAlive: true })
const closing = new Agent({ keepAlive: false })

const ask = (agent: Agent) =>
  new Promise<string>((told, failed) => {
    get({ port: (weather.address() as AddressInfo).port, host: '127.0.0.1', agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).once('end', () => told(text)).once('error', failed)
    }).once('error', failed)
  })

serve({
  ...ordinary(openPool()),
  weather: async () => `the weather is ${await ask(keeping)}, and ${await ask(closing)} elsewhere`,
})
