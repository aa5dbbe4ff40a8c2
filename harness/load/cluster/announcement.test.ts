import fc from 'fast-check'
import { expect, test } from 'vitest'
import { announcementOf, protocol } from './announcement.ts'

const said = 'lowtide,2,2026-11-26T033425Z-shop,1/4:1/2,5f0c,1764128065123456'

test('a generator says whose load it sends, which part of it, and what its clock shows', () => {
  expect(announcementOf(said)).toEqual({ kind: 'generator', run: '2026-11-26T033425Z-shop', segment: '1/4:1/2', token: '5f0c', atMs: 1764128065123.456 })
})

test('one that speaks another protocol is told from a stranger', () => {
  expect(announcementOf('lowtide,1,who,knows')).toEqual({ kind: 'other protocol', protocol: 1 })
  expect(announcementOf('GET / HTTP/1.1')).toEqual({ kind: 'stranger' })
})

test('whatever else is said, it is a stranger who says it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string().map(rest => `lowtide,${protocol},${rest}`), fc.nat(said.length - 1).map(length => said.slice(0, length))), line => {
      fc.pre(line !== said)
      expect(['stranger', 'other protocol', 'generator']).toContain(announcementOf(line).kind)
    }),
  )
  for (const line of ['', 'lowtide', `${said},more`, said.replace('shop', 'sh op'), said.replace('5f0c', ''), said.replace('1/4:', ''), said.replace('shop', '\u001B[31m')]) expect(announcementOf(line)).toEqual({ kind: 'stranger' })
})
