import { connect } from 'node:tls'

const patienceMs = 1_000

/** Whether TLS is spoken at this address: with any certificate at all, or with none that fits, which it tells in an alert of TLS. */
export function speaksTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: patienceMs })
    const end = (does: boolean) => {
      socket.destroy()
      resolve(does)
    }
    socket.once('secureConnect', () => end(true)).once('timeout', () => end(false)).once('close', () => end(false))
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => end(/^ERR_SSL_.*_ALERT_/.test(code)))
  })
}
