// Part of every journey too, which runs in k6's own runtime: no `node:` imports here.

/**
 * A path, with its query, that can be sent as it is: it begins with /, holds neither blanks nor what is not ASCII, no fragment, and before its query no % that is no escape, which k6's parser of
 * URLs refuses. Other characters that RFC 3986 has escaped, such as [ and |, are sent as browsers send them.
 */
export const sendablePath = /^\/(?:[!-"$&->@-~]|%[\da-f]{2})*(?:\?[!-"$-~]*)?$/i

/** Throws where a path cannot be sent as it is. */
export const mustBeSendable = (path: string): void => {
  if (!sendablePath.test(path)) throw new Error(`expected a path that begins with / and is percent-encoded, got ${JSON.stringify(path)}`)
}
