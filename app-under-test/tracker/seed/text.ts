import { chance, lognormal, pick, type Random } from './random.ts'

/** A message as people wrote them: lognormal length (median 91 characters, sigma 0.83), 42 % cite a ticket. */
export function message(random: Random, tickets: number): string {
  const length = Math.min(lognormal(random, 91, 0.83), 4000)
  const citation = tickets > 0 && chance(random, 0.42) ? ` See #${1 + Math.floor(random() * tickets)}.` : ''
  return words(random, length - citation.length - OVERSHOOT) + citation
}

/** A line of a few words. */
export const title = (random: Random) => words(random, 20 + random() * 40).replace(/\.$/, '')

/** About `length` characters in sentences, with a capital and a full stop; now and then with what a page must escape. */
export function words(random: Random, length: number): string {
  if (length < SHORTEST_SENTENCE) return `${pick(random, length < SHORTEST_SENTENCE / 2 ? REMARKS : PHRASES)}.`
  const predicate = () => pick(random, length - text.length > SHORTEST_SENTENCE ? PREDICATES : VERBS)
  let text = pick(random, BEGINNINGS)
  text += predicate()
  // Less is missing than a clause would be too much.
  while (length - text.length > SHORTEST_SENTENCE / 2) {
    text += chance(random, 0.4) ? `. ${pick(random, BEGINNINGS)}` : pick(random, JOINTS) + (chance(random, 0.08) ? pick(random, AWKWARD) : pick(random, SUBJECTS))
    text += predicate()
  }
  return `${text}.`
}

/** What somebody pasted, as the wiki's markup has it. */
export const snippet = (random: Random) => `{{{\n${pick(random, SNIPPETS)}\n}}}`

/** By which text that ends with its clause overshoots, on average. */
const OVERSHOOT = 2

const SHORTEST_SENTENCE = 24

const list = (words: string) => words.trim().split(/\s+/)

/** Each of the first with each of the second. */
const pairs = (first: readonly string[], second: readonly string[]) => first.flatMap((a) => second.map((b) => `${a} ${b}`))

const THINGS = list(`page ticket wiki parser test build commit server database login list user form query file branch merge table patch review
release deadline demo assignment team config cache upload report index`)
const QUALITIES = list('old new broken empty slow wrong last first second missing')
const DOES = list('fails works breaks hangs stops changes ends loads returns moves helps waits')
const SINGULAR = [...pairs(list('the every this our'), THINGS), ...pairs(['the', 'this', 'our'], pairs(QUALITIES, THINGS))]

// Phrases are joined once, not for every text: a seed writes some hundred thousand.
const BEGINNINGS = SINGULAR.map((phrase) => phrase.charAt(0).toUpperCase() + phrase.slice(1))
const SUBJECTS = SINGULAR.map((phrase) => ` ${phrase}`)
const VERBS = DOES.map((verb) => ` ${verb}`)
const PREDICATES = [...VERBS, ...pairs(DOES, pairs(list('in on for with without after'), pairs(['the', 'every'], THINGS))).map((phrase) => ` ${phrase}`)]
const PHRASES = pairs(['New', 'Fixed the', 'Removed the', 'Moved the', 'Another'], pairs(['old', 'empty', 'second', 'missing'], THINGS))
const REMARKS = ['Typo', 'Fixed', 'Done', 'Test', 'Again', 'As agreed', 'Cleaned up', 'Oops, again', 'Build fixed', 'Works for me', 'Spaces only', 'Better words', 'Small things', 'After the demo', 'Not ready yet', 'New test data', 'See the minutes', 'Merged from trunk']
const JOINTS = list('when because until if and while but unless').map((word) => ` ${word}`)
const AWKWARD = ['<br>', '"quoted"', "don't", 'a & b', 'x < y', '</title>', 'naïve', 'Zoë', '日本語', '{{{code}}}', 'r&d', '100%', 'back\\slash', 'tab\there'].map((word) => ` ${word}`)

const SNIPPETS = [
  'Traceback (most recent call last):\n  File "drproject.cgi", line 12, in ?\n    main()\n  File "parser/main3.py", line 88, in parse\n    node = self.stack.pop()\nIndexError: pop from empty list',
  "SELECT id, summary FROM ticket\n WHERE status <> 'closed' AND owner = 'ada'\n ORDER BY changetime DESC;",
  '$ svn update\nU    trunk/web/view7.py\nC    trunk/web/main1.py\nUpdated to revision 112.',
  'for (int i = 0; i < rows.length; i++) {\n    if (rows[i] == null && !strict) continue;\n    out.println("<td>" + rows[i] + "</td>");\n}',
  'psycopg.ProgrammingError: ERROR:  current transaction is aborted, commands ignored until end of transaction block',
  '$ make test\n...F..E.\nRan 8 tests in 1.204s\nFAILED (failures=1, errors=1)',
]
