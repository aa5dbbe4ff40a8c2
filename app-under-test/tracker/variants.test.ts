import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VARIANTS } from './drproject/variant.ts'

const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8')
const document = read('VARIANTS.md')
const quotes = [...document.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, file = '', lines = '']) => ({ file, lines }))

test.each(quotes)('VARIANTS.md quotes $file as it stands there', ({ file, lines }) => {
  expect(read(file)).toContain(lines)
})

test('every line of the tracker that asks for its variant is quoted, and nothing else differs', () => {
  const asking = globSync('drproject/**/*.ts', { cwd: import.meta.dirname })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => read(file).split('\n').filter((line) => /\bvariant [!=]== '/.test(line)).map((line) => line.trim()))
  const quoted = quotes.flatMap(({ lines }) => lines.split('\n').filter((line) => line.includes('variant')).map((line) => line.trim()))
  expect(quoted.sort()).toEqual(asking.sort())
})

test('each variant is told of, and has its row in the table', () => {
  for (const variant of VARIANTS) expect(document).toMatch(new RegExp(`^ {4}${variant} +\\d`, 'm'))
})
