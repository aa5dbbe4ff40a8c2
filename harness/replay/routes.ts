/** The routes of a log, learned from its paths: `/ticket/123` and `/ticket/124` are one, `/ticket/:n`. */
export type Routes = {
  /** In order of their shares. Never more than `mostRoutes`, whatever the paths are. */
  readonly names: readonly { readonly name: string; readonly requests: number }[]
  /** Requests and routes that have no name of their own, and share `other`. */
  readonly unnamed: { readonly routes: number; readonly requests: number }
  readonly nameOf: (method: string, path: string) => string
}

export type Learner = { readonly add: (method: string, path: string) => void; readonly learned: () => Routes }

/** k6 keeps a time series for each, and a reader can take in no more. */
export const mostRoutes = 60
export const otherRoute = 'other'

/** Names of pages (`/wiki/WikiStart`) are one route when there are more of them than these; folders (`/Argon/timeline`, `/Beacon/timeline`) when so many hold the same. */
const mostPages = 12
const mostFolders = 40
const alikeFolders = 5
/** More of one folder are not told apart even while learning: memory is bounded by this, the depth and `mostNodes`. */
const mostChildren = 400
const mostNodes = 40_000
const deepest = 8
/** Requests of one path with other names of parameters are other routes, as a feed and its page are; with more than so many sets of names they are one. */
const mostQueries = 6

type Node = { readonly children: Map<string, Node>; readonly ends: Map<string, number> }

/** Learns in one pass, in memory that is bounded. */
export const learnRoutes = (): Learner => {
  const root = newNode()
  let nodes = 1
  return {
    add: (method, path) => {
      const { segments, query } = partsOf(path)
      let node = root
      for (const segment of segments) {
        const full = nodes >= mostNodes || node.children.size >= mostChildren
        const key = node.children.has(segment) || !full ? segment : ':name'
        let next = node.children.get(key)
        if (next === undefined) {
          node.children.set(key, (next = newNode()))
          nodes += 1
        }
        node = next
      }
      const end = `${method} ${query}`
      const known = node.ends.has(end) || node.ends.size < mostChildren
      const key = known ? end : `${method} `
      node.ends.set(key, (node.ends.get(key) ?? 0) + 1)
    },
    learned: () => {
      merge(root)
      return namesOf(root)
    },
  }
}

const newNode = (): Node => ({ children: new Map(), ends: new Map() })

/** From the top down: what lies below folders that are one is counted together. */
const merge = (node: Node): void => {
  const literal = [...node.children].filter(([key]) => !key.startsWith(':'))
  const folders = literal.filter(([, { children }]) => children.size > 0)
  const pages = literal.filter(([, { children }]) => children.size === 0)
  const alike = foldersAlike(folders)
  if (alike.length >= alikeFolders) join(node, alike)
  if (folders.length - alike.length > mostFolders) join(node, folders)
  if (pages.length > mostPages) join(node, pages)
  for (const child of node.children.values()) merge(child)
}

/** Folders that hold, by name, what at least half of them hold. Numbers are no names: `/users/:n` and `/orders/:n` have nothing in common. */
const foldersAlike = (folders: readonly (readonly [string, Node])[]): readonly (readonly [string, Node])[] => {
  const holders = new Map<string, number>()
  for (const [, { children }] of folders) for (const key of children.keys()) if (!key.startsWith(':')) holders.set(key, (holders.get(key) ?? 0) + 1)
  const common = new Set([...holders].filter(([, times]) => times * 2 >= folders.length && times >= alikeFolders).map(([key]) => key))
  return folders.filter(([, { children }]) => [...children.keys()].some(key => common.has(key)))
}

const join = (node: Node, those: readonly (readonly [string, Node])[]): void => {
  const name = node.children.get(':name') ?? newNode()
  for (const [key, child] of those) {
    node.children.delete(key)
    absorb(name, child)
  }
  node.children.set(':name', name)
}

const absorb = (into: Node, from: Node): void => {
  for (const [end, times] of from.ends) into.ends.set(end, (into.ends.get(end) ?? 0) + times)
  for (const [key, child] of from.children) {
    const there = into.children.get(key)
    if (there === undefined) into.children.set(key, child)
    else absorb(there, child)
  }
}

const namesOf = (root: Node): Routes => {
  const counts = new Map<string, number>()
  const visit = (node: Node, pattern: string): void => {
    for (const [end, times] of node.ends) {
      const name = routeOf(end, pattern, node)
      counts.set(name, (counts.get(name) ?? 0) + times)
    }
    for (const [key, child] of node.children) visit(child, `${pattern}/${key}`)
  }
  visit(root, '')
  const all = [...counts].map(([name, requests]) => ({ name, requests })).toSorted((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1))
  const names = all.length <= mostRoutes ? all : all.slice(0, mostRoutes - 1)
  const rest = all.slice(names.length)
  const named = new Set(names.map(({ name }) => name))
  return {
    names,
    unnamed: { routes: rest.length, requests: rest.reduce((sum, { requests }) => sum + requests, 0) },
    nameOf: (method, path) => {
      const { segments, query } = partsOf(path)
      let node = root
      let pattern = ''
      for (const segment of segments) {
        const key = node.children.has(segment) ? segment : ':name'
        const next = node.children.get(key)
        if (next === undefined) return otherRoute
        node = next
        pattern += `/${key}`
      }
      const name = routeOf(`${method} ${query}`, pattern, node)
      return named.has(name) ? name : otherRoute
    },
  }
}

const routeOf = (end: string, pattern: string, { ends }: Node): string => {
  const blank = end.indexOf(' ')
  const method = end.slice(0, blank)
  const query = ends.size > mostQueries ? '' : end.slice(blank + 1)
  return `${method} ${pattern === '' ? '/' : pattern}${query === '' ? '' : `?${query}`}`
}

const partsOf = (path: string): { readonly segments: readonly string[]; readonly query: string } => {
  const mark = path.indexOf('?')
  const whole = mark === -1 ? path : path.slice(0, mark)
  const segments = whole.split('/', deepest + 2).slice(1).map(kindOf)
  // A slash at the end makes no other route.
  if (segments.at(-1) === '') segments.pop()
  return { segments: segments.length > deepest ? [...segments.slice(0, deepest), ':rest'] : segments, query: mark === -1 ? '' : namesIn(path.slice(mark + 1)) }
}

/** Names of parameters, without those of numbers and secrets made up by whoever asked. */
const namesIn = (query: string): string => {
  const names = [...new Set(query.split('&', 20).map(pair => pair.split('=', 1)[0] ?? '').filter(name => /^[a-z_][\w.-]{0,30}$/i.test(name)))].toSorted()
  return names.length > shownNames ? `${names.slice(0, shownNames).join('&')}&...` : names.join('&')
}

const shownNames = 3

/** What a segment is when it is no name: `:n`, `:date`, `:uuid`, `:hex` or `:id`. */
const kindOf = (segment: string): string => {
  if (!/[\d%@:=]/.test(segment) && segment.length <= longestName) return segment
  if (/^-?\d+$/.test(segment)) return ':n'
  if (/^\d{4}-\d{2}(-\d{2})?$/.test(segment)) return ':date'
  if (/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(segment)) return ':uuid'
  if (/^(?=.*\d)[\da-f]{12,}$/i.test(segment)) return ':hex'
  if (segment.startsWith(':') || /[%@=]/.test(segment) || segment.length > longestName || (segment.length >= 16 && (segment.match(/\d/g) ?? []).length >= 4)) return ':id'
  // milestone3, r118, page-7.html
  return segment.replaceAll(/\d+/g, ':n')
}

const longestName = 40
