import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  ['a password in a DSN', 'postgres://app:s3cret@127.0.0.1:5432/app?x=1', 'postgres://app:***@127.0.0.1:5432/app?x=1'],
  ['an environment variable', 'HOME=/srv\nPGPASSWORD=s3cret\nLANG=C', 'HOME=/srv\nPGPASSWORD=***\nLANG=C'],
  ['a cookie of a CGI request', 'HTTP_COOKIE=session=abc; other=1', 'HTTP_COOKIE=***'],
  ['a field of JSON', '{"apiToken":"s3cret","n":1}', '{"apiToken":"***","n":1}'],
  ['a variable inside a JSON string', JSON.stringify({ environ: 'A=1\nSECRET_KEY=s3cret\nB=2' }), JSON.stringify({ environ: 'A=1\nSECRET_KEY=***\nB=2' })],
  ['a password that holds an @', 'postgres://app:s3@cret@db/app', 'postgres://app:***@db/app'],
  ['the password of a role in a statement', "ALTER ROLE app WITH PASSWORD 's3cret' LOGIN", "ALTER ROLE app WITH PASSWORD '***' LOGIN"],
  ['a header as it goes over the wire', 'authorization: Bearer s3cret\nhost: x', 'authorization: ***\nhost: x'],
  ['a short name for a password', 'DB_PASS=s3cret\nMYSQL_PWD=s3cret', 'DB_PASS=***\nMYSQL_PWD=***'],
  ['an option of a command', 'psql --db-password=s3cret -c x', 'psql --db-password=*** -c x'],
])('hides %s', (_, text, hidden) => {
  expect(redact(text)).toBe(hidden)
})

test.each([
  ['a URL without a password', 'http://127.0.0.1:8080/timeline?daysback=90&max=50'],
  ['a query about tokens', 'SELECT count(*) FROM token_bucket WHERE at > $1'],
  ['a port and a mail address', 'GET http://host:80/x by someone@example.org'],
  ['a mail address in the query of a URL', 'http://127.0.0.1:8080/user?mail=a@example.org'],
  ['the working directory', 'PWD=/srv/app\nOLDPWD=/'],
  ['a compass', 'compass=north bypass=1'],
])('leaves %s alone', (_, text) => {
  expect(redact(text)).toBe(text)
})

test.each([
  ['one word', 'x'.repeat(200_000)],
  ['hyphens', 'a-'.repeat(100_000)],
  ['quotes', String.raw`\"`.repeat(60_000)],
  ['blanks after a secret name', `password${' '.repeat(100_000)}`],
])('takes no time over a long text of %s', (_, text) => {
  const beganMs = performance.now()
  redact(text)
  expect(performance.now() - beganMs).toBeLessThan(500)
})
