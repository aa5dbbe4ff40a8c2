import { expect, test } from 'vitest'
import { parse } from './parse.ts'

const options = { profile: { type: 'string' }, variant: { type: 'string' }, json: { type: 'boolean' } } as const

test('options that there are come with their values, and the other words are operands', () => {
  expect(parse({ options }, ['shop.ts', '--profile', 'gate', '--json', 'board.ts', '--', '--variant'])).toEqual({ values: { profile: 'gate', json: true }, positionals: ['shop.ts', 'board.ts', '--variant'], problems: [], isClear: true })
})

test.each<[string, readonly string[], string]>([
  ['', ['shop.ts', '--varient', 'leaky'], 'No option "--varient". Did you mean "--variant"?'],
  [' before its operand', ['--profil', 'gate', 'shop.ts'], 'No option "--profil". Did you mean "--profile"?'],
  [' with one hyphen', ['-profile', 'gate', 'shop.ts'], 'No option "-profile". Did you mean "--profile"?'],
  [' with its value behind a sign', ['--profle=gate', 'shop.ts'], 'No option "--profle". Did you mean "--profile"?'],
  [' that takes no value', ['--jsn', 'shop.ts'], 'No option "--jsn". Did you mean "--json"?'],
])('a misspelt option%s is told with the one that was meant, and its value is no operand', (_, args, problem) => {
  expect(parse({ options }, args)).toMatchObject({ positionals: ['shop.ts'], problems: [problem], isClear: true })
})

test('whether a word belongs to an option that resembles none is not clear', () => {
  const problems = ['No option "--threads". There are --profile, --variant, --json.']
  expect(parse({ options }, ['shop.ts', '--threads', '4'])).toMatchObject({ problems, isClear: false })
  expect(parse({ options }, ['--threads', '--', 'shop.ts'])).toMatchObject({ problems, positionals: ['shop.ts'], isClear: true })
  expect(parse({ options }, ['--threads=4', 'shop.ts'])).toMatchObject({ problems, positionals: ['shop.ts'], isClear: true })
})

test('of an option that is there it is told what is wrong with its value', () => {
  expect(parse({ options }, ['--json=yes', '--profile=', 'shop.ts', '--variant'])).toMatchObject({ positionals: ['shop.ts'], problems: ['--json takes no value, got "yes".', 'Expected a value after --profile.', 'Expected a value after --variant.'] })
})
