import { createRequire } from 'node:module'
import type * as Esbuild from 'esbuild'

/**
 * esbuild's own `build`, without what it leaves behind: a service that would stand beside the application for as long as this process lives, and wake it once a second. It goes with the last of
 * the builds that run at once, and takes no other's with it: whoever else bundles in this process, such as a user's own tests, has a service of his own.
 */
export const build: typeof Esbuild.build = async (options) => {
  building += 1
  try {
    // Its own is the folder in which the process was as the module was loaded.
    return await esbuild.build({ absWorkingDir: process.cwd(), ...options })
  } finally {
    building -= 1
    if (building === 0) await esbuild.stop()
  }
}

let building = 0

/**
 * A copy of the module for us alone, as it is the module that has the service: `stop` would fail all that others are building by it (https://github.com/evanw/esbuild/issues/985), and make a zombie
 * of that of `transformSync`, whose thread ends before it can reap it (https://github.com/evanw/esbuild/issues/1566).
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
