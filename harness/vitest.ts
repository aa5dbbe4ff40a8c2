import { relative } from 'node:path'
import { expect } from 'vitest'
import type { SoakRun } from './index.ts'
import { consoleText } from './report/console.ts'
import { plain } from './report/paint.ts'

/**
 * Makes a soak an ordinary assertion: `import 'lowtide/vitest'`, then `expect(await soak(scenario)).toReturnToBaseline()`.
 * Fails on a leak and on an inconclusive run alike; the message is the finding.
 */
expect.extend({
  toReturnToBaseline(run: SoakRun) {
    const { verdict } = run.findings
    // `.not` claims that there is a leak, which a run that saw nothing shows no more than it shows the contrary.
    return {
      pass: this.isNot ? verdict !== 'leak' : verdict === 'pass',
      message: () => (verdict === 'pass' ? `Expected the run not to return to baseline, but it did: ${run.findings.headline}` : consoleText(run, { report: relative('', `${run.dir}/report.html`), paint: plain, width: 100 })),
    }
  },
})

declare module 'vitest' {
  // The type parameters must be named as Vitest names them, used or not.
  // oxlint-disable-next-line no-unused-vars
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    toReturnToBaseline: () => R
  }
}
