import { readFileSync } from 'node:fs'
import { ParseOption, RelaxNGValidator, XmlDocument } from 'libxml2-wasm'

/** Throws libxml2's complaint unless the text is well-formed XML and RSS 2.0. */
export function validateFeed(text: string): void {
  using schema = XmlDocument.fromBuffer(readFileSync(new URL('rss-2.0.rng', import.meta.url)))
  using validator = RelaxNGValidator.fromDoc(schema)
  using document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET })
  validator.validate(document)
}
