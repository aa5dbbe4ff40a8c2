import type { Progress } from './load.ts'

/** On a terminal a bar that is written over, elsewhere a line now and then; nothing for what takes no time. `size` is about how many rows there will be. */
export function progressBar(size: number, { stream = process.stderr, now = () => performance.now() }: { readonly stream?: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>; readonly now?: () => number } = {}): Progress {
  const begin = now()
  let next = begin + (stream.isTTY ? 1000 : PLAIN_EVERY_MS)
  let shown = false
  return (rows, done = false) => {
    const elapsed = now() - begin
    if (done) {
      if (shown && stream.isTTY) stream.write('\r\x1b[K')
      return
    }
    if (now() < next || rows === 0) return
    shown = true
    next = now() + (stream.isTTY ? 100 : PLAIN_EVERY_MS)
    const share = Math.min(rows / size, 0.99)
    const left = `${Math.ceil(((elapsed / share) * (1 - share)) / 1000)} s left`
    const percent = `${Math.floor(share * 100)} %`.padStart(4)
    if (stream.isTTY) stream.write(`\r\x1b[K[${'#'.repeat(share * WIDTH)}${'.'.repeat(WIDTH - Math.floor(share * WIDTH))}] ${percent}, ${rows} rows, ${left}`)
    else stream.write(`${percent}, ${rows} rows, ${left}\n`)
  }
}

const WIDTH = 30
const PLAIN_EVERY_MS = 2000
