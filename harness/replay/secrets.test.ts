import { expect, test } from 'vitest'
import { hideSecrets } from './secrets.ts'

const { inPath, inLine } = hideSecrets()

test.each([
  ['/a?token=abc&page=2', '/a?token=***&page=2'],
  ['/a?access_token=abc', '/a?access_token=***'],
  ['/a?apiKey=abc&apikey=def&api-key=ghi', '/a?apiKey=***&apikey=***&api-key=***'],
  ['/a?user%5Bpassword%5D=abc', '/a?user%5Bpassword%5D=***'],
  ['/a;jsessionid=0AAB6C8DE415?x=1', '/a;jsessionid=***?x=1'],
  ['/a?sid=1&q=a=b', '/a?sid=***&q=a=b'],
  ['/verify/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', '/verify/***'],
  ['/a?monkey=1&keyboard=2&passenger=3&author=4', '/a?monkey=1&keyboard=2&passenger=3&author=4'],
  ['/token/list?page=2', '/token/list?page=2'],
  ['/a?token=', '/a?token=***'],
  ['/a?%zz=1&token=2', '/a?%zz=1&token=***'],
])('%s becomes %s', (path, hidden) => {
  expect(inPath(path)).toBe(hidden)
})

test('words of one own take the place of the usual ones', () => {
  expect(hideSecrets(['Ticket']).inPath('/a?ticket_id=1&token=2')).toBe('/a?ticket_id=***&token=2')
})

test('a line that is quoted has no secret in its query, its referrer or its headers', () => {
  const combined = '"GARBAGE /x?token=abc1" 400 "http://h/?session=abc2" "Authorization: Basic abc3"'
  const caddy = '{"request":{"headers":{"Cookie":["sid=abc4"],"Authorization":["Bearer abc5"]}},"password":"abc6"}'
  expect(inLine(combined)).not.toMatch(/abc/)
  expect(inLine(caddy)).not.toMatch(/abc/)
})
