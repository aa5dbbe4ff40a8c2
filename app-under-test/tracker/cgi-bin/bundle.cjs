// The bundle, and V8's code for it: every request pays for the start of a process, and compiling is a third of what it pays.
// `node bundle.cjs` makes that code; only the V8 that made it takes it, any other compiles anew.
const { readFileSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { constants, Script } = require('node:vm')

const filename = join(__dirname, 'drproject.cjs')

exports.run = () => {
  const source = readFileSync(filename, 'latin1')
  scriptOf(source, codeFor(source)).runInThisContext()(require)
}

const scriptOf = (source, cachedData) => new Script(`(require => {${source}\n})`, { filename, cachedData, importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER })

// Danger: V8 compares no more than the length of the source. So the code's file is named after the bundle's first line, a hash of the rest.
const codeFile = (source) => join(__dirname, `drproject.${source.slice(3, 35)}.code`)

function codeFor(source) {
  try {
    return readFileSync(codeFile(source))
  } catch {
    return undefined
  }
}

if (require.main === module) {
  const { setFlagsFromString } = require('node:v8')
  const source = readFileSync(filename, 'latin1')
  // All functions, not only those that run at once; then the flags again under which it will be read.
  setFlagsFromString('--no-lazy')
  const script = scriptOf(source)
  setFlagsFromString('--lazy')
  const unfinished = `${codeFile(source)}.${process.pid}`
  writeFileSync(unfinished, script.createCachedData())
  renameSync(unfinished, codeFile(source))
}
