import { expect, test } from 'vitest'
import { loginPath, safePath } from './login-path.ts'

test('the way to the login leads back to the page and its query', () => {
  const path = loginPath({ path: '/All/wiki/Zoë & co', args: new URLSearchParams({ version: '2', q: 'a&b' }) })
  expect(path).toBe('/login?next=%2FAll%2Fwiki%2FZo%25C3%25AB%2520%2526%2520co%3Fversion%3D2%26q%3Da%2526b')
  expect(safePath(new URL(path, 'http://localhost').searchParams.get('next'))).toBe('/All/wiki/Zo%C3%AB%20%26%20co?version=2&q=a%26b')
  expect(loginPath({ path: '/login', args: new URLSearchParams({ next: '/All/query' }) })).toBe('/login?next=%2FAll%2Fquery')
  expect(loginPath({ path: `/All/${'x'.repeat(2000)}`, args: new URLSearchParams() })).toBe('/login')
})

test.each(['//evil.example', '/\\evil.example', '/a\\b', 'https://evil.example', 'javascript:alert(1)', 'evil', '@evil.example', '/a\r\nSet-Cookie: a=b', '/a b', '/ü', '/\t/evil.example', '', null])('%j is no path of ours', (path) => {
  expect(safePath(path)).toBe('/')
})
