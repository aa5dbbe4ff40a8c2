import { expect, test } from 'vitest'
import { threadsOf } from './threads.ts'

test('answers stand below what they answer, threads and answers in the order of time', () => {
  expect(outline([[1, 0], [2, 1], [3, 0], [4, 1], [5, 2], [6, 3]])).toEqual(['1', ' 2', '  5', ' 4', '3', ' 6'])
})

test('a mail whose question is not there begins a thread', () => {
  expect(outline([[4, 1], [5, 4]])).toEqual(['4', ' 5'])
})

test('mails that answer themselves, each other, or the future are shown all the same', () => {
  expect(outline([[1, 1], [2, 3], [3, 2]])).toEqual(['1', '2', ' 3'])
})

test('a chain of 20,000 answers is a thread', () => {
  expect(threadsOf(headersOf(Array.from({ length: 20_000 }, (_, i) => [i + 1, i])))[0]).toHaveLength(20_000)
})

const outline = (mails: readonly [number, number][]) => threadsOf(headersOf(mails)).flat().map(({ header, depth }) => ' '.repeat(depth) + header.id)

const headersOf = (mails: readonly (readonly number[])[]) => mails.map(([id = 0, reply_to = 0]) => ({ id, reply_to, time: new Date(id * 1000), author: 'ada', subject: 'Subject' }))
