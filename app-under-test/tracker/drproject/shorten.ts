/** A text of anybody's, as much of it as fits into a sentence of ours. */
export const shorten = (text: string, length = 40): string => (text.length > length ? `${text.slice(0, length).toWellFormed()}...` : text)
