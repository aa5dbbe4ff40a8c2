// Lets a process, or a thread, load our TypeScript. A thread does not inherit it from the one that starts it.
import { enableCompileCache } from 'node:module'
import { sep } from 'node:path'

// What was compiled once, types stripped, is kept below the folder for temporary files: the next start takes a quarter of the time.
enableCompileCache()

// Node strips types itself, but before 24.3 not without a warning, and never below node_modules.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if ((major === 24 && minor < 3) || import.meta.dirname.split(sep).includes('node_modules')) {
  const { register } = await import('tsx/esm/api')
  register()
}
