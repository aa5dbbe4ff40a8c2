import { journey } from 'lowtide/journey'
import { feedPollers, serviceCheck } from './drproject/feed-pollers.ts'

export { options } from 'lowtide/journey'

/** Nobody but feed readers and the service check. */
export default journey({ visits: [{ ...feedPollers, weight: 20 }, { ...serviceCheck, weight: 1 }] })
