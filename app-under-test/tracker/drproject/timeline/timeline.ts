import { entryPoint } from '../component.ts'
import { forLoop } from '../cpython/interpreter.ts'
import type { Environment } from '../environment.ts'
import type { ProjectRow } from '../model.ts'
import { faultOf, isOutage } from '../faults.ts'
import { problem } from '../web/dispatcher.ts'
import { page } from '../web/http.ts'
import { projectPage } from '../web/project-page.ts'
import { ITimelineEventProvider, type TimelineEvent } from './events.ts'
import { timelineFeed, timelinePage } from './views.ts'
import { timelineQuery, type Filter, type TimelineQuery } from './window.ts'

/** `/PROJECT/timeline`: what happened in a project, newest first, as a page or as a feed. */
export const timelineModule = projectPage({
  path: /\/timeline/,
  answer: async (visit) => {
    const { env, project } = visit
    const query = timelineQuery(visit.request.args, env.now())
    const { events, failed } = await gather(env, project, query)
    const shown = events.sort((a, b) => b.time.getTime() - a.time.getTime()).slice(0, query.max ?? events.length)
    if (query.format === 'html') return page(timelinePage(visit, shown, query, failed), failed.length > 0 ? 500 : 200)
    if (failed.length > 0) return problem(visit, 500, 'Timeline', `The ${failed.join(' and ')} events could not be gathered. What happened is in the log.`)
    return timelineFeed(visit, shown, query)
  },
})

/** Asks each provider for its events, in order. All are held in memory, in Python's and in ours, until they can be sorted. */
async function gather(env: Environment, project: ProjectRow, query: TimelineQuery): Promise<{ readonly events: TimelineEvent[]; readonly failed: readonly Filter[] }> {
  using locals = env.heap.frame()
  const eventProviders = entryPoint(env.heap, env.components, ITimelineEventProvider)
  locals.own(eventProviders.object)
  const eventsList = locals.alloc('list')
  const events: TimelineEvent[] = []
  const failed: Filter[] = []

  forLoop(locals, 'list')
  for (const provider of eventProviders.implementations()) {
    if (!query.filters.has(provider.filter)) continue
    if (env.variant === 'collect-per-provider') env.heap.collect()
    env.log(`timeline: ${provider.filter}`)
    try {
      using loop = env.heap.frame()
      forLoop(loop, 'list')
      for (const event of await provider.events(env, project, query.window, query.filters)) {
        env.heap.give(eventsList, env.heap.alloc('tuple', [], { size: Object.keys(event).length }))
        events.push(event)
      }
    } catch (error) {
      const fault = faultOf(error)
      if (isOutage(fault)) throw error
      env.log(`error: timeline: ${provider.filter}: ${fault.code ?? ''} ${fault.message}`)
      failed.push(provider.filter)
    }
  }
  env.log(`timeline: ${events.length} events`)
  return { events, failed }
}
