// The k6 script of `load: { kind: 'routes' }`. The bundler puts the scenario's routes in the place of LOWTIDE_ROUTES.
import { journey } from 'lowtide/journey'
import type { Route } from '../../scenario/scenario.ts'

export { options } from 'lowtide/journey'

declare const LOWTIDE_ROUTES: readonly Route[]

export default journey({
  visits: LOWTIDE_ROUTES.map(({ name, weight = 1, path, ...rest }) => ({
    name,
    weight,
    request: (_random, n) => ({ ...rest, path: path.replaceAll('{n}', `${n}`) }),
  })),
})
