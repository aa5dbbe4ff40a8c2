/** The cookies of a request by name; of two with one name the first, which has the longer path (RFC 6265, 5.4). */
export function cookiesOf(header: string): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const part of header.split(';')) {
    const [name = '', ...value] = part.trim().split('=')
    if (!cookies.has(name)) cookies.set(name, value.join('='))
  }
  return cookies
}

/** A cookie that scripts cannot read and other sites cannot send with a form. `maxAge` in seconds; 0 removes it, without it the cookie ends with the browser. */
export function setCookie({ baseUrl, root }: { readonly baseUrl: string; readonly root: string }, name: string, value: string, maxAge?: number): string {
  const secure = baseUrl.startsWith('https:') ? '; Secure' : ''
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`
  return `${name}=${value}; Path=${root}/; HttpOnly; SameSite=Lax${secure}${age}`
}
