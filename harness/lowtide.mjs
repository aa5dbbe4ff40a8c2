#!/usr/bin/env node
// Starts the command line under a Node that can run it: the machine's own may be as old as 20.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major >= 24) {
  await import('./heap.mjs')
  await import('./typescript.mjs')
  await import('./cli.ts')
} else {
  const node = newerNode()
  if (node === null) {
    console.error(`Lowtide needs Node 24, and this is ${process.version}. Run npm install again without --omit=optional, which brings one, or install Node 24.`)
    process.exit(3)
  }
  // A terminal's Ctrl-C reaches the child by itself as well, which takes the two for one. Of a SIGKILL, which cannot be passed on, it learns by the end of its channel.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}. Install Node 24.`)
    process.exit(3)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** The Node of the npm package for this platform. */
function newerNode() {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  try {
    return fileURLToPath(import.meta.resolve(`${prefix}-${process.platform}-${process.arch}/bin/node`))
  } catch {
    return null
  }
}
