import { expect, test } from 'vitest'
import { plainText } from './plain-text.ts'

test.each([
  ['See #12, please.', 'See <a href="/All/ticket/12">#12</a>, please.'],
  ['(http://example.edu/a?b=1&c=2).', '(<a href="http://example.edu/a?b=1&amp;c=2" rel="nofollow">http://example.edu/a?b=1&amp;c=2</a>).'],
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['http://x.yz/"onmouseover="alert(1)', '<a href="http://x.yz/" rel="nofollow">http://x.yz/</a>&quot;onmouseover=&quot;alert(1)'],
  ['javascript:alert(1) data:text/html,x', 'javascript:alert(1) data:text/html,x'],
  ['&#39; a#1 #0 #1234567890 #x', '&amp;#39; a#1 #0 #1234567890 #x'],
])('%s', (text, markup) => {
  expect(plainText(text, '/All/ticket').markup).toBe(markup)
})

test.each([
  ['full stops', `http://${'.'.repeat(200_000)}`],
  ['addresses', 'http://a '.repeat(20_000)],
  ['tickets', '#1 '.repeat(60_000)],
])('200,000 characters of %s take a moment', (_, text) => {
  const begin = performance.now()
  expect(plainText(text, '').markup.length).toBeGreaterThanOrEqual(text.length)
  expect(performance.now() - begin).toBeLessThan(2000)
})
