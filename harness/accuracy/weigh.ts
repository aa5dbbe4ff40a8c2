import type { Scenario } from '../scenario/scenario.ts'

/** The scenario with this share of its requests going to the trigger, and the rest to the other routes as they were weighted. */
export function weigh(scenario: Scenario, trigger: string | null, rate: number | null): Scenario {
  const { load } = scenario
  if (trigger === null || rate === null || load.kind !== 'routes') return scenario
  const others = load.routes.filter(({ name }) => name !== trigger).reduce((sum, { weight = 1 }) => sum + weight, 0)
  const routes = load.routes.map((route) => ({ ...route, weight: route.name === trigger ? rate : ((1 - rate) * (route.weight ?? 1)) / others }))
  return { ...scenario, load: { ...load, routes } }
}
