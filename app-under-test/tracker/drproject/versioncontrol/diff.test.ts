import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { diffToHtml } from './diff.ts'

const captured = readFileSync(new URL('fixtures/show-2.39.diff', import.meta.url), 'utf8')
const { markup } = diffToHtml(captured)

test('each file has its name, strange ones and empty ones too', () => {
  expect([...markup.matchAll(/<h3>(.*?)<\/h3>/g)].map((match) => match[1])).toEqual([
    String.raw`Zoë \&quot;quoted\&quot;.txt`,
    'binary.bin',
    'empty.txt',
    'gone.txt',
    'kept.txt',
    'moved.sh',
    'new-empty.txt',
    'run.sh',
    'with blanks.txt',
  ])
})

test('lines that came and went are marked, whatever they look like, and escaped', () => {
  expect(markup).toContain(`<pre class="diff"><span class="hunk">@@ -1,3 +1,4 @@</span>
 one
<del>-two</del>
<del>-three</del>
<ins>+-- two</ins>
<ins>+&lt;b&gt;three&lt;/b&gt;</ins>
<ins>+@@ four</ins>
</pre>`)
  expect(markup).toContain('<ins>+diff --git a/x b/x</ins>')
})

test('where there is nothing to show, words say why', () => {
  expect(markup).toContain('<h3>new-empty.txt</h3>\n<p class="note">A new file with nothing in it.</p>')
  expect(markup).toContain('<h3>empty.txt</h3>\n<p class="note">An empty file is gone.</p>')
  expect(markup).toContain('Binary files a/binary.bin and b/binary.bin differ')
})

test('a diff cut anywhere is still a page', () => {
  for (let length = 0; length < captured.length; length++) expect(() => diffToHtml(captured.slice(0, length))).not.toThrow()
})
