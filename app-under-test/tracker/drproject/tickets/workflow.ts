import { RESOLUTIONS, type Resolution } from './fields.ts'

/** What is done with a ticket beyond saying something. */
export type Action = { readonly kind: 'leave' | 'accept' | 'reopen' } | { readonly kind: 'resolve'; readonly resolution: Resolution } | { readonly kind: 'reassign'; readonly owner: string }

export type ActionKind = Action['kind']

/** Where a ticket stands. */
export type Standing = { readonly status: string; readonly owner: string; readonly resolution: string }

/** The workflow of 2006, and that a reopened ticket can be accepted too. */
export const actionsOf = ({ status }: Pick<Standing, 'status'>): readonly ActionKind[] => ACTIONS[status] ?? ['leave']

const ACTIONS: Readonly<Record<string, readonly ActionKind[]>> = {
  new: ['leave', 'accept', 'reassign', 'resolve'],
  assigned: ['leave', 'reassign', 'resolve'],
  reopened: ['leave', 'accept', 'reassign', 'resolve'],
  closed: ['leave', 'reopen'],
}

/** Where the ticket stands afterwards. `login` is who does it. */
export function standingAfter(action: Action, { status, owner, resolution }: Standing, login: string): Standing {
  switch (action.kind) {
    case 'leave':
      return { status, owner, resolution }
    case 'accept':
      return { status: 'assigned', owner: login, resolution }
    case 'reassign':
      return { status: 'new', owner: action.owner, resolution }
    case 'resolve':
      return { status: 'closed', owner, resolution: action.resolution }
    case 'reopen':
      return { status: 'reopened', owner, resolution: '' }
    default:
      return action satisfies never
  }
}

/** The action that a form names, if the ticket's standing allows it. Null if not. */
export function actionNamed(kind: string, ticket: Pick<Standing, 'status'>, { resolution, owner }: { readonly resolution: string; readonly owner: string }): Action | null {
  const known = actionsOf(ticket).find((possible) => possible === kind)
  switch (known) {
    case 'resolve': {
      const chosen = RESOLUTIONS.find((possible) => possible === resolution)
      return chosen ? { kind: known, resolution: chosen } : null
    }
    case 'reassign':
      return { kind: known, owner }
    case 'leave':
    case 'accept':
    case 'reopen':
      return { kind: known }
    case undefined:
      return null
    default:
      return known satisfies never
  }
}
