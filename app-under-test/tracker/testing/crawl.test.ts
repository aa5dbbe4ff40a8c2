import { expect, test } from 'vitest'
import { elementsOf } from './crawl.ts'

const pageOf = (body: string) => elementsOf({ headers: { 'Content-Type': 'text/html; charset=utf-8' }, text: `<!DOCTYPE html><html><body>${body}</body></html>` })

test.each([
  ['<script>alert(1)</script>', '<script>'],
  ['<p onclick="alert(1)">', '<p onclick="alert(1)">'],
  ['<textarea>a</textarea><img src=x onerror=alert(1)>', '<img onerror="alert(1)">'],
  ['<a href=" jAva\tscript:alert(1)">x</a>', '<a href=" jAva\tscript:alert(1)">'],
  ['<form action="data:text/html,x">', '<form action="data:text/html,x">'],
  ['<input value=""onfocus=alert(1) autofocus>', '<input onfocus="alert(1)">'],
  ['<base href="//evil.example">', '<base>'],
  ['<p style="background:url(//evil.example)">', '<p style="background:url(//evil.example)">'],
])('%s is a danger', (body, danger) => {
  expect(pageOf(body).dangers).toEqual([danger])
})

test.each(['&lt;script&gt;', '<textarea><script></textarea>', '<a href="/a:b">x</a>', '<a href="https://example.edu/?javascript:x">x</a>', '<input value="&quot; onfocus=alert(1)">'])('%s is none', (body) => {
  expect(pageOf(body).dangers).toEqual([])
})

test('a form has the fields that are in it, and those that name it', () => {
  const { forms } = pageOf(`<form id="f" method="post" action="/a"><input name="a" value="1"><select name="b"><option>x<option selected value="2">y</select></form><textarea name="c" form="f">
three</textarea><input name="d">`)
  expect(forms).toEqual([{ method: 'POST', action: '/a', multipart: false, fields: [{ name: 'a', value: '1', type: 'text' }, { name: 'b', value: '2', type: 'select' }, { name: 'c', value: 'three', type: 'textarea' }] }])
})
