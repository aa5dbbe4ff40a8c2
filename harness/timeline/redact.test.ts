import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  ['a password in a DSN', 'postgres://app:s3cret@127.0.0.1:5432/app?x=1', 'postgres://app:***@127.0.0.1:5432/app?x=1'],
  ['an environment variable', 'HOME=/srv\nPGPASSWORD=s3cret\nLANG=C', 'HOME=/srv\nPGPASSWORD=***\nLANG=C'],
  ['a cookie of a CGI request', 'HTTP_COOKIE=session=abc; other=1', 'HTTP_COOKIE=***'],
  ['a field of JSON', '{"apiToken":"s3cret","n":1}', '{"apiToken":"***","n":1}'],
  ['a variable inside a JSON string', JSON.stringify({ environ: 'A=1\nSECRET_KEY=s3cret\nB=2' }), JSON.stringify({ environ: 'A=1\nSECRET_KEY=***\nB=2' })],
])('hides %s', (_, text, hidden) => {
  expect(redact(text)).toBe(hidden)
})

test.each([
  ['a URL without a password', 'http://127.0.0.1:8080/timeline?daysback=90&max=50'],
  ['a query about tokens', 'SELECT count(*) FROM token_bucket WHERE at > $1'],
  ['a port and a mail address', 'GET http://host:80/x by someone@example.org'],
])('leaves %s alone', (_, text) => {
  expect(redact(text)).toBe(text)
})
