// Part of the replay's journey too, which runs in k6's own runtime: no `node:` imports here.

/**
 * Which answer counts as dose. `class`: one of the recorded status's class (2xx, 3xx, 4xx); 304 belongs to 2xx, as a replay has no cache. Of a request that the log knows to have
 * failed (5xx), or to have been given up by its client (408, 499), anything but a 5xx, as nobody would wait for that failure again; where nothing is recorded, the same. `status`: the recorded status. `any`: every answer.
 */
export const expectations = ['class', 'status', 'any'] as const
export type Expectation = (typeof expectations)[number]

/** What is expected of one answer, in a word: `2xx`, `3xx`, `4xx`, `below 500`, `any`, or a status. */
export type Expected = '2xx' | '3xx' | '4xx' | '<500' | 'any' | `${number}`

/** What is expected where a log recorded this status; null where it recorded none. */
export const expectedOf = (status: number | null, how: Expectation): Expected => {
  if (how === 'any') return 'any'
  if (how === 'status' && status !== null) return `${status}`
  if (status === null || status === 408 || status === 499 || status >= 500) return '<500'
  if (status < 300 || status === 304) return '2xx'
  return status < 400 ? '3xx' : '4xx'
}

/** Whether an answer has the status that is expected. That there was an answer is for others to see. */
export const isExpected = (status: number, expected: Expected): boolean => {
  switch (expected) {
    case 'any':
      return true
    case '<500':
      return status < 500
    case '2xx':
      return (status >= 200 && status < 300) || status === 304
    case '3xx':
      return status >= 300 && status < 400 && status !== 304
    case '4xx':
      return status >= 400 && status < 500
    default:
      return status === Number(expected)
  }
}
