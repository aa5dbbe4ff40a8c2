import { expect, test } from 'vitest'
import { carrying } from './request-id.ts'

test.each([
  ['in a header of its own, beside the others', { path: '/a?b=1', headers: { accept: 'text/html' } }, undefined, { path: '/a?b=1', headers: { accept: 'text/html', 'x-request-id': '3-7' } }],
  ['in a header by another name', { path: '/a' }, { header: 'traceparent' }, { path: '/a', headers: { traceparent: '3-7' } }],
  ['in a parameter after others', { path: '/a?b=1' }, { parameter: 'rid' }, { path: '/a?b=1&rid=3-7' }],
  ['in the first parameter', { path: '/a' }, { parameter: 'rid' }, { path: '/a?rid=3-7' }],
  ['in a parameter whose name needs escaping', { path: '/a' }, { parameter: 'r&d' }, { path: '/a?r%26d=3-7' }],
] as const)('a request carries its id %s', (_, request, where, sent) => {
  expect(carrying<{ path: string; headers?: Record<string, string> }>(request, '3-7', where)).toEqual(sent)
})
