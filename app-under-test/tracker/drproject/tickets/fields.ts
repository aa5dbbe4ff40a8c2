/** What a ticket can be, each in the order in which lists show it. */
export const TYPES = ['defect', 'enhancement', 'task'] as const
export const PRIORITIES = ['highest', 'high', 'normal', 'low', 'lowest'] as const
export const STATUSES = ['new', 'assigned', 'reopened', 'closed'] as const
export const RESOLUTIONS = ['fixed', 'invalid', 'wontfix', 'duplicate', 'worksforme'] as const

export type Resolution = (typeof RESOLUTIONS)[number]

/** Still to be done. */
export const OPEN_STATUSES = STATUSES.filter((status) => status !== 'closed')

/** What people set themselves; status, owner and resolution follow from an action of the workflow. */
export type Facts = { readonly [fact in Fact]: string }

export type Fact = (typeof FACTS)[number]

export const FACTS = ['summary', 'type', 'priority', 'component', 'milestone'] as const

export const factsOf = (ticket: Facts): Facts => ({ summary: ticket.summary, type: ticket.type, priority: ticket.priority, component: ticket.component, milestone: ticket.milestone })

/** Longest texts, in characters. */
export const LIMITS = { summary: 200, component: 60, description: 100_000, comment: 100_000 } as const
