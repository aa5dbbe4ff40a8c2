import { chance, pick, type Random } from './random.ts'
import { words } from './text.ts'

/** A new file's lines. */
export const newFile = (random: Random, path: string): readonly string[] => Array.from({ length: 10 + Math.floor(random() * 50) }, () => line(random, path))

/** Some lines are rewritten, some come, some go; at least one line changes. A file that has grown long is cut down. */
export function edited(random: Random, path: string, lines: readonly string[]): readonly string[] {
  const next = [...lines]
  for (let left = 1 + Math.floor(random() ** 3 * 12); left > 0; left--) {
    const at = Math.floor(random() * (next.length + 1))
    const kind = random()
    next.splice(at, kind < 0.65 && next.length > 5 ? 1 : 0, ...(kind < 0.5 || kind >= 0.65 ? [line(random, path)] : []))
  }
  if (next.length > LONGEST) next.splice(Math.floor(random() * LONGEST), next.length - LONGEST)
  // Danger: chance may have written the same lines anew, and what does not change is no change to git.
  return next.join('\n') === lines.join('\n') ? [...next, line(random, path)] : next
}

const LONGEST = 120

const line = (random: Random, path: string): string => LINES[path.slice(path.lastIndexOf('.') + 1)]?.(random) ?? words(random, 20 + random() * 60)

const LINES: Readonly<Record<string, (random: Random) => string>> = {
  py: (random) => (chance(random, 0.15) ? pick(random, [`def ${name(random)}(self, ${name(random)}):`, `class ${name(random).toUpperCase()}:`, '']) : `    ${pick(random, [`${name(random)} = self.${name(random)}(${name(random)})`, `if ${name(random)} is None: return ${number(random)}`, `# ${words(random, 30)}`, `for ${name(random)} in self.${name(random)}:`])}`),
  java: (random) => (chance(random, 0.15) ? `    public void ${name(random)}(String ${name(random)}) {` : `        ${pick(random, [`${name(random)}.${name(random)}(${number(random)});`, `if (${name(random)} < ${number(random)}) return;`, `// ${words(random, 30)}`, '}'])}`),
  html: (random) => pick(random, [`<p class="${name(random)}">${words(random, 40)}</p>`, `<td>$${name(random)}</td><td>${number(random)}</td>`, '<tr>', '</tr>', `<!-- ${words(random, 20)} -->`]),
}

const name = (random: Random) => pick(random, NAMES)
const number = (random: Random) => Math.floor(random() * 100)

const NAMES = 'page ticket parser node cursor index rows event path login server cache config stream value token report query result form'.split(' ')
