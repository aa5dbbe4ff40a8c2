import type { Request } from '../web/http.ts'

/** The login page, and with it where one was. From an address too long to carry, back to the projects. */
export function loginPath({ path, args }: Pick<Request, 'path' | 'args'>): string {
  if (path === '/login') return safePath(args.get('next')) === '/' ? '/login' : `/login?next=${encodeURIComponent(safePath(args.get('next')))}`
  const query = String(args)
  const here = `${path.split('/').map(encodeURIComponent).join('/')}${query && `?${query}`}`
  return here === '/' || here.length > 1000 ? '/login' : `/login?next=${encodeURIComponent(here)}`
}

/** The path, if it is one of ours; `/` if it is another site's, or nothing. Browsers read `\` as `/`, and `//host` as a host. */
export const safePath = (path: string | null): string => (path && /^\/(?![/\\])[!-~]*$/.test(path) && !path.includes('\\') ? path : '/')
