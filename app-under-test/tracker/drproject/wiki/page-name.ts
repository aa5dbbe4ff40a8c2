/** Names may have slashes and blanks; each part between slashes must be something, and nothing that a browser would resolve. */
export const isPageName = (name: string): boolean => name.length <= 100 && /^[^\p{Cc}\\?#]+$/u.test(name) && name.split('/').every((part) => part.trim() === part && !['', '.', '..'].includes(part))

/** Most texts begin with the page's name as a heading. Where they are shown, it stands above them already. */
export function withoutTitle(name: string, text: string): string {
  const [first = '', ...rest] = text.split('\n')
  return first.length < 200 && /^=+\s*(?<title>.*?)[\s=]*$/.exec(first)?.groups?.title === name ? rest.join('\n') : text
}
