import { journey } from 'lowtide/journey'
import { editors } from './drproject/editors.ts'

export { options } from 'lowtide/journey'

/** Nobody but those who write. */
export default journey({ visits: [editors] })
