import { expect, test } from 'vitest'
import { requestFor, visitTo } from '../../testing/visit.ts'
import { stylesheet } from './style.ts'

test('what the timeline calls its events looks like nothing else of that name', async () => {
  const path = '/chrome/drproject.css'
  const sheet = await stylesheet.process(visitTo(path), stylesheet.match(requestFor(path))!)
  for (const kind of ['wiki', 'changeset', 'milestone', 'mail', 'newticket', 'editedticket', 'closedticket', 'reopenedticket']) {
    expect(String(sheet?.body)).not.toMatch(new RegExp(`(?<![\\w-])\\.${kind}(?![\\w-])(?<!article\\.${kind})`))
  }
})
