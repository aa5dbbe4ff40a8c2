import { describe, expect, test } from 'vitest'
import { cgiResponse, requestOf, responseHead } from './rfc3875.ts'

describe('a CGI environment as a request', () => {
  test('path, arguments and address', () => {
    const request = requestOf({ REQUEST_METHOD: 'GET', SCRIPT_NAME: '/tracker/', PATH_INFO: '/All/timeline', QUERY_STRING: 'daysback=90&max=50', HTTP_HOST: 'example.edu' }, nothing)
    expect(request).toMatchObject({ method: 'GET', path: '/All/timeline', root: '/tracker', baseUrl: 'http://example.edu/tracker' })
    expect(request.args.get('daysback')).toBe('90')
  })

  test('a Host header that is no host is not repeated in links', () => {
    expect(requestOf({ HTTP_HOST: 'x"><script>', SERVER_NAME: 'localhost', SERVER_PORT: '8080' }, nothing).baseUrl).toBe('http://localhost:8080')
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
