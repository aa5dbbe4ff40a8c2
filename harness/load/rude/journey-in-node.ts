// What `lowtide/journey` is to the process of the rude clients: the visits as they were declared, and no k6.
import type { Visit } from '../journey/journey.ts'

export { fieldsOf, linksOf, submit } from '../journey/html.ts'

export const options = {}

export const journey = ({ visits }: { readonly visits: readonly Visit[] }): readonly Visit[] => visits
