import { expect, test } from 'vitest'
import { requestFor, visitTo } from '../../testing/visit.ts'
import { chrome } from './chrome.ts'
import { html } from './html.ts'
import { layout } from './layout.ts'

const typeAt = async (path: string) => (await chrome.process(visitTo(path), chrome.match(requestFor(path))!))?.headers['Content-Type'] ?? null

test('what a page names in its head is there, and nothing else is', async () => {
  const page = layout(visitTo('/All/timeline'), { title: 'x', body: html`x` }).markup
  const named = [...page.matchAll(/<link [^>]*href="([^"]*)"/g)].map(([, path]) => path!)
  expect(await Promise.all(named.map(typeAt))).toEqual(['text/css; charset=utf-8', 'image/svg+xml'])
  expect(await typeAt('/chrome/nothing.css')).toBe(null)
})
