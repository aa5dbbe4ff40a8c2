/**
 * Takes secrets out of text on its way into the record: passwords in URLs, DSNs and statements, values of variables, headers and fields
 * whose names say that they are secret. Works on plain text, on NAME=value lines and inside JSON strings.
 */
export function redact(text: string): string {
  return text.replace(inUrl, '$1***$2').replace(inStatement, '$1***$2').replace(inHeader, '$1***').replace(inEnvironment, '$1***').replace(inAssignment, '$1***').replace(inJson, '$1***')
}

// Subtle: every name starts where a word starts and has a bounded length. Without that a text of one long word costs seconds, during which nothing is sampled.
const word = String.raw`(?<![\w-])`
const secretName = String.raw`(?:[\w-]{0,80}(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|cookie|authorization|credential)[\w-]{0,80}|(?:[\w-]{0,80}[_-])?pass|[\w-]{0,80}[_-]pwd)`

/** scheme://user:password@host; RFC 3986 has no slash in the part before the host. */
const inUrl = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/?#"'\\]*:)[^\s/?#"'\\]+(@)/gi
/** ALTER ROLE ... PASSWORD '...' */
const inStatement = /\b(password\s{1,8}')(?:[^'\n]|''){0,500}(')/gi
/** name: value, to the end of its line. */
const inHeader = new RegExp(String.raw`${word}((?:proxy-)?authorization: |(?:set-)?cookie: |x-api-key: )(?:[^\n"\\]|\\(?!n)[^\n])+`, 'gi')
/** NAME=value of an environment runs to the end of its line (inside JSON that is the two characters \n); elsewhere to the next blank. */
const inEnvironment = new RegExp(String.raw`${word}(?-i:(?=[A-Z0-9_]{1,160}=))(${secretName}=)(?:[^\n"\\]|\\(?!n)[^\n])+`, 'gi')
const inAssignment = new RegExp(String.raw`${word}(${secretName}\s{0,8}=\s{0,8})(?!\*\*\*)(?:[^\s"\\]|\\(?!n)[^\n])+`, 'gi')
/** "name": "value", also escaped once. */
const inJson = new RegExp(String.raw`(\\?"${secretName}\\?"\s{0,8}:\s{0,8}\\?")(?:[^"\\]|\\(?!")[^\n])*`, 'gi')
