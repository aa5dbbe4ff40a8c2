import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanFileName, contentTypeOf, dispositionOf, freeFileName } from './file-name.ts'

test.each([
  ['report.txt', 'report.txt'],
  ['C:\\Documents and Settings\\ada\\r.doc', 'r.doc'],
  ['../../etc/passwd', 'passwd'],
  ['.htaccess', 'htaccess'],
  ['. .htaccess', 'htaccess'],
  ['..', 'unnamed'],
  ['', 'unnamed'],
  ['a\r\nSet-Cookie: x.txt', 'aSet-Cookie: x.txt'],
  ['evil\u202Egpj.exe', 'evilgpj.exe'],
  ['e\u200D\u0301.txt', '\u00E9.txt'],
  ['  two   blanks .txt', 'two blanks .txt'],
  ['日本語.txt', '日本語.txt'],
  [`${'x'.repeat(200)}.tar.gz`, `${'x'.repeat(97)}.gz`],
])('%j is kept as %j', (name, kept) => {
  expect(cleanFileName(name)).toBe(kept)
})

test('a clean name has no folder, nothing invisible, and is clean', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.array(fc.constantFrom('.', '/', '\\', ' ', 'a', '\0', '\u202E', '\uD800', '😀', 'e\u0301')).map((parts) => parts.join(''))), (name) => {
      const clean = cleanFileName(name)
      expect(clean).toMatch(/^[^/\\\p{C}]{1,100}$/u)
      expect(clean).not.toMatch(/^\.|^\s|\s$/)
      expect(cleanFileName(clean)).toBe(clean)
      expect(dispositionOf(clean)).toMatch(/^attachment; filename="[^"\\]+"; filename\*=UTF-8''[\w.!~%-]+$/)
    }),
  )
})

test('a name that is taken gets a number before its ending', () => {
  expect(freeFileName('a.txt', new Set())).toBe('a.txt')
  expect(freeFileName('a.txt', new Set(['a.txt', 'a.2.txt']))).toBe('a.3.txt')
  expect(freeFileName('README', new Set(['README']))).toBe('README.2')
})

test('a browser is told no type that it would run', () => {
  expect(['a.html', 'a.svg', 'a.xhtml', 'a.js', 'a', 'a.toString'].map(contentTypeOf)).toEqual(Array(6).fill('application/octet-stream'))
  expect([contentTypeOf('a.PNG'), contentTypeOf('x.diff')]).toEqual(['image/png', 'text/plain; charset=utf-8'])
})

test('a name that is not ASCII is sent twice', () => {
  expect(dispositionOf(`"Zoë's" 100%.txt`)).toBe(`attachment; filename="_Zo_'s_ 100_.txt"; filename*=UTF-8''%22Zo%C3%AB%27s%22%20100%25.txt`)
})
