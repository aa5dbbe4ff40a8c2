/** What k6 means by ending so. https://github.com/grafana/k6/blob/v2.2.0/errext/exitcodes/codes.go */
export const describeExit = (exitCode: number | null, signal: NodeJS.Signals | null): string => {
  if (exitCode === null) return `k6 was killed by ${signal ?? 'an unknown signal'}${signal === 'SIGKILL' ? ', by hand or for want of memory' : ''}`
  return `k6 ended with exit code ${exitCode}: ${meanings[exitCode] ?? 'unknown'}`
}

/** The one exit code that is worth another try. */
export const addressTaken = 106

const meanings: Readonly<Record<number, string>> = {
  0: 'done',
  2: 'it crashed, as Go does for want of memory',
  99: 'a threshold failed',
  100: 'setup() took too long',
  101: 'teardown() took too long',
  102: 'something took too long',
  103: 'stopped through its REST interface',
  104: 'invalid configuration',
  105: 'interrupted by a signal',
  [addressTaken]: 'the port of its REST interface was taken',
  107: 'the journey does not load: a syntax error, an import that fails, or an exception outside of its requests',
  108: 'the journey stopped it, or threw in a request',
  109: 'k6 itself crashed',
  110: 'the journey declared the test failed',
  137: 'killed, probably for want of memory',
  255: 'bad option or file',
}
