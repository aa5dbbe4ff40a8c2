#!/usr/bin/env node
// What Apache's mod_cgid and the gateway run: the bundle beside it. `node build.ts` makes that.
try {
  require('./bundle.cjs').run()
} catch (error) {
  process.stderr.write(`drproject.cgi: ${error.message.split('\n')[0]}. Run "node build.ts" in the tracker's folder.\n`)
  process.stdout.write('Status: 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe tracker is not built. What is missing is in the log.\n')
}
