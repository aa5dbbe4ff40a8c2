// Part of every journey: runs in k6's own runtime, which is not Node and has no URL.

/**
 * Where a redirect leads, as a browser takes it: path and query within the application, without a fragment, which is never sent. Where it leads elsewhere, to another host or to https, it is given as it
 * came: that is no path, and not for the load to ask.
 * @param hosts by which the request that it answers knew the application: its address, and a Host header
 */
export const locationOf = (location: string, { path, hosts }: { readonly path: string; readonly hosts: readonly string[] }): string => {
  const [reference = ''] = location.split('#')
  const [, scheme = 'http:', host, rest = ''] = /^(https?:)?\/\/([^/?]*)(.*)$/i.exec(reference) ?? []
  if (host !== undefined) {
    const isOurs = scheme.toLowerCase() === 'http:' && hosts.map(asOne).includes(asOne(host))
    return !isOurs ? location : rest.startsWith('/') ? rest : `/${rest}`
  }
  if (/^[a-z][a-z\d+.-]*:/i.test(reference)) return location
  if (reference === '') return path
  const [asked = ''] = path.split('?')
  if (reference.startsWith('?')) return asked + reference
  return reference.startsWith('/') ? reference : within(asked.slice(0, asked.lastIndexOf('/') + 1), reference)
}

/** One name for all that a machine calls itself, and none for the usual port. */
const asOne = (host: string): string => host.toLowerCase().replace(/^(?:127\.0\.0\.1|\[::1\])(?=:|$)/, 'localhost').replace(/:80$/, '')

/** RFC 3986, section 5.2.4: `.` and `..` of a path that is relative to a folder. */
const within = (folder: string, reference: string): string => {
  const [relative = '', ...query] = reference.split('?')
  const segments = (folder + relative).slice(1).split('/')
  const kept: string[] = []
  for (const [at, segment] of segments.entries()) {
    if (segment === '..') kept.pop()
    const isDots = segment === '.' || segment === '..'
    if (!isDots) kept.push(segment)
    else if (at === segments.length - 1) kept.push('')
  }
  return [`/${kept.join('/')}`, ...query].join('?')
}
