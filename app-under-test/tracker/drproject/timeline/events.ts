import { defineInterface } from '../component.ts'
import type { ProjectRow } from '../model.ts'
import type { Span } from '../db/criteria.ts'
import type { Environment } from '../environment.ts'
import type { Filter } from './window.ts'

/** Something that happened in a project. */
export type TimelineEvent = {
  readonly kind: string
  /** Path below the project. */
  readonly path: string
  readonly title: string
  readonly time: Date
  readonly author: string
  readonly message: string
}

/** A subsystem that has events to tell. */
export type EventProvider = {
  readonly filter: Filter
  readonly events: (env: Environment, project: ProjectRow, window: Span, filters: ReadonlySet<Filter>) => Promise<readonly TimelineEvent[]>
}

export const ITimelineEventProvider = defineInterface<EventProvider>('ITimelineEventProvider')
