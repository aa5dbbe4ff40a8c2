import { expect, test } from 'vitest'
import { visitTo } from '../../testing/visit.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'

test.each([
  ['/All/timeline', 'Timeline'],
  ['/All/ticket/12', 'Tickets'],
  ['/All/report/1', 'Tickets'],
  ['/All/changeset/34', 'Browse source'],
  ['/All/attachment/ticket/12', 'Tickets'],
  ['/All/attachment/wiki/WikiStart', 'Wiki'],
  ['/All/log/trunk', 'Browse source'],
  ['/All/milestone/milestone1', 'Roadmap'],
])('%s lies under %s', (path, heading) => {
  const current = [...layout(visitTo(path), { title: 'x', body: html`x` }).markup.matchAll(/aria-current="page">([^<]*)</g)]
  expect(current.map(([, name]) => name)).toEqual([heading])
})
