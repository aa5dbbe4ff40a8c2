/**
 * Takes secrets out of text on its way into the record: passwords in URLs and DSNs, values of variables and headers
 * whose names say that they are secret. Works on plain text, on NAME=value lines and inside JSON strings.
 */
export function redact(text: string): string {
  return text.replace(inUrl, '$1***$2').replace(inEnvironment, '$1***').replace(inAssignment, '$1***').replace(inJson, '$1***')
}

/** scheme://user:password@host */
const inUrl = /([a-z][a-z0-9+.-]*:\/\/[^\s:@/"'\\]*:)[^\s@"'\\]+(@)/gi
const secretName = String.raw`[\w-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|cookie|authorization|credential)[\w-]*`
/** NAME=value of an environment runs to the end of its line (inside JSON that is the two characters \n); elsewhere to the next blank. */
const inEnvironment = new RegExp(String.raw`\b(?-i:(?=[A-Z0-9_]+=))(${secretName}=)(?:[^\n"\\]|\\(?!n)[^\n])+`, 'gi')
const inAssignment = new RegExp(String.raw`\b(${secretName}\s*=\s*)(?!\*\*\*)(?:[^\s"\\]|\\(?!n)[^\n])+`, 'gi')
/** "name": "value", also escaped once. */
const inJson = new RegExp(String.raw`(\\?"${secretName}\\?"\s*:\s*\\?")(?:[^"\\]|\\(?!")[^\n])*`, 'gi')
