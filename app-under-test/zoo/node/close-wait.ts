// The customs office answers at length and hangs up. Whoever wants to know its status only, and does not read on, keeps half a connection.
import { get } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const bodyBytes = 150_000

/** The upstream: answers any request, and closes. */
const customs = createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', () => {
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${bodyBytes}\r\nConnection: close\r\n\r\n${'.'.repeat(bodyBytes)}`)
    // Its own end of the connection is given up, whatever the other does.
    setTimeout(() => socket.destroy(), 300)
  })
})
customs.listen(0, '127.0.0.1')

const statusAt = (port: number) =>
  new Promise<number | undefined>((told, failed) => {
    get({ port, host: '127.0.0.1' }, (response) => {
      // The leak: a body that is never read never ends, and the socket stays in CLOSE_WAIT.
      if (mended) response.resume()
      told(response.statusCode)
    }).once('error', failed)
  })

serve({
  ...ordinary(openPool()),
  customs: async () => `customs said ${await statusAt((customs.address() as AddressInfo).port)}`,
})
