import * as esbuild from 'esbuild'

/** esbuild's own `build`, without what it leaves behind: a service that would stand beside the application for as long as this process lives, and wake it once a second. */
export const build: typeof esbuild.build = async (options) => {
  building += 1
  try {
    return await esbuild.build(options)
  } finally {
    building -= 1
    // There is one service for all: who is the last to build ends it, and that of the loader of scenarios with it. Whoever needs one starts it again.
    if (building === 0) await esbuild.stop()
  }
}

let building = 0
