import { createRequire } from 'node:module'
import type * as Esbuild from 'esbuild'

/**
 * esbuild's own `build`, without the service process that it leaves behind: that would run beside the application for as long as this process lives, and wake up once a second. Ours ends with the
 * last of the builds that run at once. Others that use esbuild in this process, such as a user's own tests, have a service of their own and keep it.
 */
export const build: typeof Esbuild.build = async (options) => {
  building += 1
  try {
    // The default is the folder in which this process was when the module was loaded.
    return await esbuild.build({ absWorkingDir: process.cwd(), ...options })
  } finally {
    building -= 1
    if (building === 0) await esbuild.stop()
  }
}

let building = 0

/**
 * A copy of the module for us alone, since each copy has its own service. `stop` on a shared one would make the builds of others fail (https://github.com/evanw/esbuild/issues/985), and leave the service of
 * `transformSync` a zombie, because its thread ends before it can reap it (https://github.com/evanw/esbuild/issues/1566).
 */
const esbuild = ofOurOwn()

function ofOurOwn(): typeof Esbuild {
  const require = createRequire(import.meta.url)
  const file = require.resolve('esbuild')
  const { [file]: everyones } = require.cache
  delete require.cache[file]
  const own: typeof Esbuild = require(file)
  if (everyones === undefined) delete require.cache[file]
  else require.cache[file] = everyones
  return own
}
