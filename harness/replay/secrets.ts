import { redact } from '../timeline/redact.ts'

/** Words of a parameter's name that make its value a secret: `access_token`, `apiKey` and `user[password]` hold one each. */
export const secretWords = 'token key apikey password passwd passphrase pass pwd secret session sessionid sid jsessionid phpsessid auth authorization credential credentials signature sig jwt otp accesstoken'.split(' ')

/** Takes secrets out of what a log holds. */
export type Secrets = {
  /** Of a path with its query. What is redacted is not sent either: the application gets `***`. */
  readonly inPath: (path: string) => string
  /** Of a line that is to be quoted. */
  readonly inLine: (line: string) => string
}

/** @param words secret words, in lower case; default `secretWords` */
export const hideSecrets = (words: readonly string[] = secretWords): Secrets => {
  const secret = new Set(words.map(word => word.toLowerCase()))
  const known = new Map<string, boolean>()
  const isSecret = (name: string): boolean => {
    const before = known.get(name)
    if (before !== undefined) return before
    const spaced = decoded(name).replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase()
    const found = spaced.split(/[^a-z\d]+/).some(word => secret.has(word)) || secret.has(spaced.replaceAll(/[^a-z\d]+/g, ''))
    // Names made up by scanners are without number.
    if (known.size < 1_000) known.set(name, found)
    return found
  }
  // Most paths hold none of these marks, and to look for a mark is cheaper than to match.
  const hidden = (text: string): string => {
    const queries = text.includes('=') ? text.replaceAll(ofQuery, (whole, before: string, name: string) => (isSecret(name) ? `${before}${name}=***` : whole)) : text
    const paths = queries.includes(';') ? queries.replaceAll(ofPath, (whole, name: string) => (isSecret(name) ? `;${name}=***` : whole)) : queries
    return paths.includes('eyJ') ? paths.replaceAll(webToken, '***') : paths
  }
  return {
    inPath: hidden,
    inLine: line => redact(hidden(line.slice(0, longestLine))).replaceAll(headerList, '$1***'),
  }
}

/** Redacting is linear, but a line of megabytes is not worth it for the hundred characters that are shown. */
const longestLine = 4_000

const ofQuery = /([?&])([^=&?;\s"\\]{1,80})=[^&\s"\\#]*/g
/** As in `/cart;jsessionid=1A2B?page=2`; some queries are divided by semicolons too. */
const ofPath = /;([^=&?;\s"\\]{1,80})=[^&;?\s"\\#]*/g
/** JSON Web Token (RFC 7519): its header is a JSON object, which begins with {" and so with eyJ. */
const webToken = /eyJ[\w-]{6,}\.[\w-]{2,}(?:\.[\w-]*)?/g
/** Headers as Go writes them: "Cookie":["a=b"]. */
const headerList = /("(?:set-cookie|cookie|authorization|proxy-authorization|x-api-key)"\s{0,8}:\s{0,8})\[[^\]]*\]?/gi

const decoded = (name: string): string => {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
