#!/usr/bin/env node
// What Apache's mod_cgid and the gateway run: the bundle beside it. `node build.ts` makes that.
try {
  require('./bundle.cjs').run()
} catch (error) {
  // Of syntax that came later an older Node says that it is wrong.
  const remedy = Number.parseInt(process.versions.node, 10) < 24 ? `It takes Node 24, and ${process.execPath} is ${process.version}: put a newer one first on PATH` : `Run "node build.ts" in the tracker's folder`
  process.stderr.write(`drproject.cgi: ${error.message.split('\n')[0]}. ${remedy}.\n`)
  process.stdout.write('Status: 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe tracker cannot start. What is missing is in the log.\n')
}
