const brand = Symbol('markup')

/** Text that is HTML already. Only `html` and `trusted` make it. */
export type Markup = { readonly [brand]: string }

export type Interpolated = string | number | Markup | null | readonly Interpolated[]

/** Builds HTML; everything interpolated is escaped unless it is Markup itself. Put attributes in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Markup {
  return { [brand]: strings.map((text, i) => text + (i < values.length ? render(values[i] ?? null) : '')).join('') }
}

/** Takes text as HTML without a look at it: for our own style and scripts, never for anything that was recorded. */
export function trusted(text: string): Markup {
  return { [brand]: text }
}

export function textOf(markup: Markup): string {
  return markup[brand]
}

/** A value inside a `<script type="application/json">`, where no character can end the element. */
export function jsonInScript(value: unknown): Markup {
  const unicode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return trusted(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicode))
}

function render(value: Interpolated): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escape(value)
  // Array.isArray does not narrow a readonly array away.
  return brand in value ? value[brand] : value.map(render).join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' }

function escape(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '').replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/gu, '\u{fffd}')
}
