import { pathIn } from '../web/visit.ts'
import { isPageName } from './page-name.ts'

/** Where a text is shown. */
export type Place = {
  /** Script name, which every link starts with. */
  readonly root: string
  readonly project: { readonly name: string }
  /** Pages that do not exist: links to them offer to create them. Without it all pages are taken to exist. */
  readonly missing?: ReadonlySet<string>
}

/** What a text links to. */
export type Link = { readonly kind: 'elsewhere'; readonly url: string } | { readonly kind: 'page'; readonly name: string } | { readonly kind: 'here'; readonly path: readonly string[]; readonly suffix: string }

/** `https://...`, `wiki:Name`, `#12`, `r123`, `source:path@rev#L12` and their kind. Null if it is none of them: then it is text. */
export function linkTo(target: string): Link | null {
  if (/^(?:(?:https?|ftp):\/\/|mailto:)./i.test(target)) return { kind: 'elsewhere', url: target }
  const short = /^(?<kind>[#r])(?<number>\d{1,9})$/.exec(target)?.groups
  if (short) return within(short.kind === '#' ? 'ticket' : 'changeset', short.number!)
  const colon = target.indexOf(':')
  return colon > 0 ? linkOfKind(target.slice(0, colon), unquoted(target.slice(colon + 1))) : null
}

export const hrefOf = (link: Link, { root, project }: Place): string => {
  switch (link.kind) {
    case 'elsewhere':
      return link.url
    case 'page':
      return root + pathIn(project, 'wiki', link.name)
    case 'here':
      return root + pathIn(project, ...link.path) + link.suffix
    default:
      return link satisfies never
  }
}

function linkOfKind(kind: string, value: string): Link | null {
  switch (kind) {
    case 'wiki':
      return isPageName(value) ? { kind: 'page', name: value } : null
    case 'ticket':
    case 'changeset':
    case 'mail':
      return /^\d{1,9}$/.test(value) ? within(kind, value) : null
    case 'milestone':
      return isPageName(value) ? within(kind, value) : null
    case 'source': {
      const { path = '', rev, line } = /^\/*(?<path>[^@#]*)(?:@(?<rev>\d{1,9}))?(?:#L?(?<line>\d{1,9}))?$/.exec(value)?.groups ?? {}
      if (path.split('/').some((part) => part === '.' || part === '..')) return null
      return path || rev ? within('browser', path, `${rev ? `?rev=${rev}` : ''}${line ? `#L${line}` : ''}`) : null
    }
    default:
      return null
  }
}

const within = (kind: string, what: string, suffix = ''): Link => ({ kind: 'here', path: what ? [kind, what] : [kind], suffix })

const unquoted = (value: string) => (value.length > 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value)
