import { chance, lognormal, pick, type Random } from './random.ts'

/** A message as people wrote them: lognormal length (median 91 characters, sigma 0.83), 42 % cite a ticket. */
export function message(random: Random, tickets: number): string {
  const length = Math.min(lognormal(random, 91, 0.83), 4000)
  const citation = tickets > 0 && chance(random, 0.42) ? ` See #${1 + Math.floor(random() * tickets)}.` : ''
  return words(random, length - citation.length - HALF_A_WORD) + citation
}

/** A line of a few words. */
export const title = (random: Random) => words(random, 20 + random() * 40).replace(/\.$/, '')

/** About `length` characters, with a capital and a full stop; now and then what a page must escape. */
export function words(random: Random, length: number): string {
  let text = word(random, CAPITALISED)
  while (text.length + 1 < length) text += word(random, SPACED)
  return `${text}.`
}

const word = (random: Random, [common, awkward]: Vocabulary) => pick(random, chance(random, 0.03) ? awkward : common)

/** What somebody pasted, as the wiki's markup has it. */
export const snippet = (random: Random) => `{{{\n${pick(random, SNIPPETS)}\n}}}`

/** By which text made of whole words overshoots, on average. */
const HALF_A_WORD = 3

const WORDS = `the a to in of and is it on for not with when this that we page ticket wiki parser test build commit server database login list user
form query error file change branch merge import export config cache table index upload patch review release deadline demo assignment team
fails works breaks hangs returns shows needs should could must again still only after before without under every first last new old broken
missing wrong empty slow fixed added removed renamed moved cleaned updated`.split(/\s+/)

const AWKWARD = ['<br>', '"quoted"', "don't", 'a & b', 'x < y', '</title>', 'naïve', 'Zoë', '日本語', '{{{code}}}', 'r&d', '100%', 'back\\slash', 'tab\there']

/** Common words, and words that a page must escape. */
type Vocabulary = readonly [common: readonly string[], awkward: readonly string[]]

const vocabulary = (form: (word: string) => string): Vocabulary => [WORDS.map(form), AWKWARD.map(form)]

// As they stand at the beginning and further on: cut and joined once, not for every text.
const CAPITALISED = vocabulary((word) => word.charAt(0).toUpperCase() + word.slice(1))
const SPACED = vocabulary((word) => ` ${word}`)

const SNIPPETS = [
  'Traceback (most recent call last):\n  File "drproject.cgi", line 12, in ?\n    main()\n  File "parser/main3.py", line 88, in parse\n    node = self.stack.pop()\nIndexError: pop from empty list',
  "SELECT id, summary FROM ticket\n WHERE status <> 'closed' AND owner = 'ada'\n ORDER BY changetime DESC;",
  '$ svn update\nU    trunk/web/view7.py\nC    trunk/web/main1.py\nUpdated to revision 112.',
  'for (int i = 0; i < rows.length; i++) {\n    if (rows[i] == null && !strict) continue;\n    out.println("<td>" + rows[i] + "</td>");\n}',
  'psycopg.ProgrammingError: ERROR:  current transaction is aborted, commands ignored until end of transaction block',
  '$ make test\n...F..E.\nRan 8 tests in 1.204s\nFAILED (failures=1, errors=1)',
]
