import { Socket } from 'node:net'

/**
 * A socket for pg that reads all answers into one buffer. Node gives each its own 64 KiB and passes it on through a stream, for an answer of a hundred
 * bytes; that is a part of what a select costs that one can do without.
 */
export function answerSocket(): Socket {
  const socket = new Socket({
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      // A copy: the parser keeps the beginning of an answer until its end has come, and the next read writes over the buffer.
      callback: (length, buffer) => {
        socket.emit('data', Buffer.from(buffer.subarray(0, length)))
        return true
      },
    },
  })
  return socket
}

const READ_BYTES = 65_536
