import { journey } from 'lowtide/journey'
import { crawler } from './drproject/crawler.ts'
import { editors } from './drproject/editors.ts'
import { feedPollers, serviceCheck } from './drproject/feed-pollers.ts'
import { people } from './drproject/people.ts'

export { options } from 'lowtide/journey'

/** Of a hundred requests to a course's tracker on a working day so many come from each. */
export default journey({
  visits: [
    { ...people, weight: 58 },
    { ...crawler, weight: 18 },
    { ...editors, weight: 12 },
    { ...feedPollers, weight: 10 },
    { ...serviceCheck, weight: 2 },
  ],
})
