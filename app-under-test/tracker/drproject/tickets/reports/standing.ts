/** A query with a name. Those that a project's members saved have an author. */
export type Report = { readonly id: number; readonly title: string; readonly description: string; /** Its address, as /query reads it. */ readonly query: string; readonly author: string | null }

const ACTIVE = 'status=!closed'

/** What every project has, as trackers of 2006 did. */
export const STANDING: readonly Report[] = [
  { id: 1, title: 'Active tickets', description: 'All that is still to be done, most urgent first.', query: `${ACTIVE}&order=priority` },
  { id: 2, title: 'Active tickets by owner', description: 'Who has what to do.', query: `${ACTIVE}&order=priority&group=owner` },
  { id: 3, title: 'Active tickets by milestone', description: 'What is left for each milestone.', query: `${ACTIVE}&order=priority&group=milestone` },
  { id: 4, title: 'All tickets by milestone, closed ones too', description: 'The project as a whole, for those who plan it and those who write about it.', query: 'order=status&group=milestone' },
  { id: 5, title: 'My tickets', description: 'What whoever is logged in has to do.', query: `owner=$USER&${ACTIVE}&order=priority` },
  { id: 6, title: 'Recently closed', description: 'What was done, the last first.', query: 'status=closed&order=changetime&desc=1&col=id&col=summary&col=resolution&col=milestone&col=owner&col=changetime' },
].map((report) => ({ ...report, author: null }))

/** Saved reports are numbered from here on, so that there can be more standing ones some day. */
export const FIRST_SAVED = 101
