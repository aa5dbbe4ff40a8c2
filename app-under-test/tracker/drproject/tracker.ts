import { epochTimes, IFieldConverter } from './db/columns.ts'
import { openEnvironment, type Environment } from './environment.ts'
import { projectList, roadmapModule, ticketModule, wikiModule } from './pages.ts'
import { ITimelineEventProvider } from './timeline/events.ts'
import { PROVIDERS } from './timeline/providers.ts'
import { timelineModule } from './timeline/timeline.ts'
import { IRequestHandler } from './web/dispatcher.ts'

/** An environment with every component of the tracker registered. */
export function openTracker(variables: NodeJS.ProcessEnv): Environment {
  const env = openEnvironment(variables)
  env.components.register(IFieldConverter, epochTimes)
  for (const provider of PROVIDERS) env.components.register(ITimelineEventProvider, provider)
  for (const handler of [projectList, timelineModule, ticketModule, roadmapModule, wikiModule]) env.components.register(IRequestHandler, handler)
  return env
}
