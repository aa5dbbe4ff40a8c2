import { expect, test } from 'vitest'
import { plain } from '../report/paint.ts'
import type { Read } from '../replay/logged.ts'
import { surveyOf } from '../replay/survey.ts'
import { bars, surveyText } from './replay-text.ts'

test('bars are as high as their counts, and what is not 0 is seen', () => {
  expect(bars([0, 1, 50, 100, 25], 2)).toEqual(['   \u2588', ' \u2581\u2588\u2588\u2584'])
  expect(bars([], 1)).toEqual([''])
})

test('a log is told in what it holds, its rate, its routes, and what is skipped', async () => {
  const reads: Read[] = [
    ...Array.from({ length: 90 }, (_, n): Read => ({ kind: 'logged', line: n, atMs: Date.UTC(2006, 3, 1, 1) + n * n * 100, method: 'GET', host: null, path: `/ticket/${n}`, status: n % 9 === 0 ? 404 : 200 })),
    { kind: 'unread', line: 91, reason: 'not in the format of this log', text: 'a line\u001B[31m' },
  ]
  const survey = await surveyOf((async function* () { yield reads })(), { format: 'combined', rules: { methods: ['GET'], expect: 'class' } })
  expect(surveyText(survey, { file: 'access.log', paint: plain }).replaceAll(/ +$/gm, '')).toMatchInlineSnapshot(`
    "access.log  combined, 91 lines, 90 to replay (98.9 %)

      from      2006-04-01 01:00:00 UTC to 2006-04-01 01:13:12 UTC, 13 min 12 s
      rate      █
                █
                █▇▁▁▁
                █████▆▆▆▆▆▆▃▆▃▆▃▆▃▃▃▆▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃ ▃▃▃▃▃ ▃▃▃ ▃▃▃ ▃▃▃ ▃▃ ▃▃ ▃
                each column 12 s, the highest 0.92 a second; on average 0.11, in the busiest second 4

      methods   GET 90

      expected  2xx 80 and 4xx 10

      routes      100 %       90  GET /ticket/:n

      skipped           1  not in the format of this log
                 first at line 91: a line�[31m"
  `)
})
