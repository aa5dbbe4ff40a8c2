import { createServer } from 'node:net'

/** A TCP port of the loopback interface that was free a moment ago. Whoever binds it must be ready to find it taken. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port on 127.0.0.1.')
  return address.port
}
