import type { RequestHandler } from './dispatcher.ts'
import { STYLE } from './style.ts'

/** `/chrome/`: what every page names in its head. */
export const chrome: RequestHandler = {
  match: (request) => /^\/chrome\/(?<name>[^/]+)$/.exec(request.path),
  process: async (_, { groups }) => {
    const file = FILES.get(groups?.name ?? '')
    return file ? { status: 200, headers: { 'Content-Type': file.type, 'Cache-Control': 'public, max-age=86400' }, body: file.body } : null
  },
}

const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#b00"/><path d="M4 3h4a5 5 0 0 1 0 10H4zm2 2v6h2a3 3 0 0 0 0-6z" fill="#fff" fill-rule="evenodd"/></svg>'

const FILES: ReadonlyMap<string, { readonly type: string; readonly body: string }> = new Map([
  ['drproject.css', { type: 'text/css; charset=utf-8', body: STYLE }],
  ['drproject.svg', { type: 'image/svg+xml', body: ICON }],
])
