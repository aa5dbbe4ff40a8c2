// Part of every journey: runs in k6's own runtime, which is not Node.

/** What a form sends, in its order: a name comes as often as it has values. */
export type Entries = readonly (readonly [name: string, value: string])[]

/** `field` is the name of the form's file input. */
export type TextFile = { readonly field: string; readonly name: string; readonly text: string }

/** A request's body and its type, as a browser encodes a form: with a file as `multipart/form-data`. */
export const encoded = (entries: Entries, file?: TextFile): { readonly type: string; readonly body: string } => {
  const asSent = entries.map(([name, value]) => [withNetworkLines(name), withNetworkLines(value)] as const)
  return file === undefined ? urlEncoded(asSent) : multipart(asSent, file)
}

/** Browsers send line ends as the network has them, of names and values; those of a file stay (HTML Standard, "Converting an entry list to a list of name-value pairs"). */
const withNetworkLines = (text: string): string => text.replace(/\r\n?|\n/g, '\r\n')

const urlEncoded = (entries: Entries) => ({
  type: 'application/x-www-form-urlencoded',
  body: entries.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&'),
})

const multipart = (entries: Entries, { field, name: filename, text }: TextFile) => {
  const parts = [
    ...entries.map(([name, value]) => `Content-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}`),
    `Content-Disposition: form-data; name="${quoted(withNetworkLines(field))}"; filename="${quoted(filename)}"\r\nContent-Type: text/plain\r\n\r\n${text}`,
  ]
  return { type: `multipart/form-data; boundary=${boundary}`, body: `${parts.map(part => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n` }
}

/** These three and no others (HTML Standard, "Multipart form data"). */
const quoted = (name: string): string => name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')

const boundary = 'lowtide-7MA4YWxkTrZu0gW'
