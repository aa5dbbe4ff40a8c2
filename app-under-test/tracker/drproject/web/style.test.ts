import { expect, test } from 'vitest'
import { STYLE } from './style.ts'

test('what the timeline calls its events looks like nothing else of that name', () => {
  for (const kind of ['wiki', 'changeset', 'milestone', 'mail', 'newticket', 'editedticket', 'closedticket', 'reopenedticket']) {
    expect(STYLE).not.toMatch(new RegExp(`(?<![\\w-])\\.${kind}(?![\\w-])(?<!article\\.${kind})`))
  }
})
