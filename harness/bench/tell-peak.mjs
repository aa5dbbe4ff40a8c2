// Preloaded into a process that is measured: as it ends it tells on descriptor 3 what it has used.
import { readFileSync, writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// Subtle: not resourceUsage().maxRSS, which a child inherits from the process that it was forked from.
const peakBytes = () => 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

if (isMainThread)
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    writeSync(3, JSON.stringify({ peakBytes: peakBytes(), cpuMs: (user + system) / 1_000 }))
  })
