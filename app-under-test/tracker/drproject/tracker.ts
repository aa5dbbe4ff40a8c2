import { epochTimes, IFieldConverter } from './db/columns.ts'
import { openEnvironment, type Environment } from './environment.ts'
import { adminModule } from './admin/admin.ts'
import { attachmentModule, rawAttachmentModule } from './attachments/pages.ts'
import { loginModule, logoutModule } from './auth/login.ts'
import { settingsModule } from './auth/settings.ts'
import { mailArchive } from './mail/archive.ts'
import { mailMessage } from './mail/message.ts'
import { projectList } from './project-list.ts'
import { milestoneModule } from './roadmap/milestone.ts'
import { roadmapModule } from './roadmap/roadmap.ts'
import { searchModule } from './search/search.ts'
import { ISearchSource } from './search/source.ts'
import { SOURCES } from './search/sources.ts'
import { newTicketModule } from './tickets/new-ticket.ts'
import { queryModule } from './tickets/query/query-page.ts'
import { reportListModule, reportModule } from './tickets/reports/reports.ts'
import { ticketModule } from './tickets/ticket.ts'
import { ITimelineEventProvider } from './timeline/events.ts'
import { PROVIDERS } from './timeline/providers.ts'
import { timelineModule } from './timeline/timeline.ts'
import { browserModule } from './versioncontrol/browser.ts'
import { changesetModule } from './versioncontrol/changeset.ts'
import { logModule } from './versioncontrol/log.ts'
import { chrome } from './web/chrome.ts'
import { IRequestHandler } from './web/dispatcher.ts'
import { wikiModule } from './wiki/pages.ts'

/** What answers requests; the first that matches. */
const HANDLERS = [
  projectList,
  chrome,
  loginModule,
  logoutModule,
  settingsModule,
  adminModule,
  mailArchive,
  mailMessage,
  timelineModule,
  ticketModule,
  newTicketModule,
  queryModule,
  reportListModule,
  reportModule,
  roadmapModule,
  milestoneModule,
  searchModule,
  attachmentModule,
  rawAttachmentModule,
  browserModule,
  logModule,
  changesetModule,
  wikiModule,
]

/** An environment with every component of the tracker registered. */
export function openTracker(variables: NodeJS.ProcessEnv): Environment {
  const env = openEnvironment(variables)
  env.components.register(IFieldConverter, epochTimes)
  for (const provider of PROVIDERS) env.components.register(ITimelineEventProvider, provider)
  for (const source of SOURCES) env.components.register(ISearchSource, source)
  for (const handler of HANDLERS) env.components.register(IRequestHandler, handler)
  return env
}
