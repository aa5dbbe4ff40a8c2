/** Names may have slashes and blanks; each part between slashes must be something, and nothing that a browser would resolve. */
export const isPageName = (name: string): boolean => name.length <= 100 && /^[^\p{Cc}\\?#]+$/u.test(name) && name.split('/').every((part) => part.trim() === part && !['', '.', '..'].includes(part))
