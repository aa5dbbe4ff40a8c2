import { describe, expect, test } from 'vitest'
import { cgiResponse, requestOf, responseHead } from './rfc3875.ts'

describe('a CGI environment as a request', () => {
  test('path, arguments and address', () => {
    const request = requestOf({ REQUEST_METHOD: 'GET', SCRIPT_NAME: '/tracker/', PATH_INFO: '/All/timeline', QUERY_STRING: 'daysback=90&max=50', HTTP_HOST: 'example.edu' }, nothing)
    expect(request).toMatchObject({ method: 'GET', path: '/All/timeline', root: '/tracker', baseUrl: 'http://example.edu/tracker' })
    expect(request.args.get('daysback')).toBe('90')
  })

  test.each(['x"><script>', 'a b', 'evil.example/path', 'user@evil.example', 'a:1:2', 'a:99999', '1.2.3.999', '[::1', 'a\r\nSet-Cookie: b', ''])('a Host header that is no host is not repeated in links: %j', (host) => {
    expect(requestOf({ HTTP_HOST: host, SERVER_NAME: 'localhost', SERVER_PORT: '8080' }, nothing).baseUrl).toBe('http://localhost:8080')
    expect(requestOf({ HTTP_HOST: host, SERVER_NAME: host, SERVER_PORT: '8080' }, nothing).baseUrl).toMatch(/^http:\/\/localhost(:8080)?$/)
  })

  test.each(['tracker.example.edu', 'localhost:8080', '127.0.0.1:80', '[2001:db8::1]:8080'])('%s is a host', (host) => {
    expect(requestOf({ HTTP_HOST: host }, nothing).baseUrl).toBe(`http://${host}`)
  })

  test('TRACKER_URL stands above whatever the client claims', () => {
    expect(requestOf({ TRACKER_URL: 'https://tracker.example.edu/', SCRIPT_NAME: '/drproject', HTTP_HOST: 'evil.example' }, nothing).baseUrl).toBe('https://tracker.example.edu/drproject')
  })
})

describe("a script's output", () => {
  test('what cgiResponse prints, responseHead reads', () => {
    const head = responseHead(cgiResponse({ status: 503, headers: { 'Content-Type': 'text/html' }, cookies: ['a=1', 'b=2'], body: 'a\r\n\r\nb' }))
    expect(head).toEqual({ status: 503, headers: { 'Content-Type': ['text/html'], 'Set-Cookie': ['a=1', 'b=2'] }, rest: Buffer.from('a\r\n\r\nb') })
  })

  test('without an empty line there is no head yet', () => {
    expect(responseHead(Buffer.from('Status: 200 OK\r\nContent-Type: text/html\r\n'))).toBeNull()
  })

  test('a line break in a header cannot begin another header', () => {
    expect(cgiResponse({ status: 200, headers: { Location: '/a\r\nSet-Cookie: b' }, body: '' }).toString()).not.toMatch(/^Set-Cookie/m)
  })
})

const nothing = new Uint8Array()
