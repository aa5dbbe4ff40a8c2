import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Client } from 'pg'
import { GIT_ENVIRONMENT } from '../drproject/versioncontrol/git.ts'

/** Texts that break out of whatever they are put into carelessly: elements, attributes of either quote, addresses, comments, SQL. */
export const PAYLOADS = [
  '"><script>alert(1)</script><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)' style='x:y",
  'javascript:alert(1)//http://example.edu/',
  // By 0xSobky, "Unleashing an Ultimate XSS Polyglot".
  'jaVasCript:/*-/*`/*\\`/*\'/*"/**/(/* */oNcliCk=alert() )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>\\x3e',
  "1' OR '1'='1'; DROP TABLE ticket; --",
  '${7*7}{{7*7}}%s%n\\\'"`<!--]]>&#x3C;script&#x3E;',
] as const

/** Markup around them. */
const WIKI = [
  ...PAYLOADS,
  ...PAYLOADS.map((payload) => `[${payload} click]`),
  '[javascript:alert(1) click] [wiki:javascript:alert(1) x] [source:javascript:alert(1)] ["javascript:alert(1)"] milestone:"javascript:alert(1)" wiki:"\\" onmouseover=alert(1) x=\\""',
  '[http://example.edu/"onmouseover="alert(1) click] http://example.edu/\'onmouseover=\'alert(1) [data:text/html,<script>alert(1)</script> x] [vbscript:x y] [JaVaScRiPt:alert(1) x] [ javascript:alert(1) x] [\tjavascript:alert(1) x]',
  '{{{\n#!html\n<script>alert(1)</script>\n}}}',
  `{{{${PAYLOADS[0]}}}} '''${PAYLOADS[1]}''' ''${PAYLOADS[0]}''`,
  `= ${PAYLOADS[0]} =`,
  `||${PAYLOADS[0]}||=${PAYLOADS[1]}=||`,
  ` * ${PAYLOADS[0]}\n   1. ${PAYLOADS[1]}\n> ${PAYLOADS[3]}`,
  '[[Image(javascript:alert(1))]] [[BR]]<br onclick=alert(1)> !<script>alert(1)</script>',
].join('\n\n')

/** Fills every text of a project that people can write, or that comes in from elsewhere, with such texts: in the database and in its repository. `database` is a superuser's. */
export async function makeHostile(database: Client, repositories: string, project: string): Promise<void> {
  const run = (text: string, ...values: readonly unknown[]) => database.query(text, [project, ...values])
  for (const [i, payload] of PAYLOADS.entries()) {
    await run("UPDATE person SET name = $2, email = $2 WHERE login = (SELECT login FROM membership WHERE project = $1 ORDER BY login OFFSET $3 LIMIT 1)", payload, i)
    await run('INSERT INTO person (login, name, email) VALUES ($2, $2, $1)', payload)
    await run('INSERT INTO role VALUES ($1, $2)', payload)
    await run('INSERT INTO permission VALUES ($1, $2, $2)', payload)
    await run('INSERT INTO membership VALUES ($1, $2, $2)', payload)
    await run('INSERT INTO milestone VALUES ($1, $2, 1140000000, $3, $4)', payload, i % 2 ? 1138000000 : 0, WIKI)
    await run('INSERT INTO ticket VALUES ($1, 900 + $3, $2, 1138000000, 1138000000, $2, $2, $2, $2, $2, $2, $2, $2, $4)', payload, i, WIKI)
    await run('INSERT INTO ticket_change VALUES ($1, 900 + $3, 1138000000, $2, $2, $2, $2), ($1, 900 + $3, 1138000000, $2, $5, $2, $4)', payload, i, WIKI, 'comment')
    await run('INSERT INTO wiki VALUES ($1, $2, 1, 1138000000, $2, $3, $2), ($1, $2, 2, 1138000001, $2, $4, $2)', payload, WIKI, `${WIKI}\n${payload}`)
    await run('INSERT INTO message VALUES ($1, 900 + $3, 1138000000, $2, $2, $4, CASE WHEN $3 > 0 THEN 899 + $3 ELSE 0 END)', payload, i, `${WIKI}\n#1 http://example.edu/${payload}`)
    await run("INSERT INTO attachment (project, parent_type, parent_id, filename, size, content, time, author, description) VALUES ($1, 'wiki', 'WikiStart', $2, 1, '<script>', 1138000000, $2, $2), ($1, 'ticket', '1', $2 || '.html', 1, '<script>', 1138000000, $2, $2)", payload)
    await run("INSERT INTO tag VALUES ($1, 'wiki', 'WikiStart', $2)", payload)
  }
  await run("INSERT INTO wiki SELECT $1, 'WikiStart', max(version) + 1, 1138000002, $2, $3, $2 FROM wiki WHERE project = $1 AND name = 'WikiStart'", PAYLOADS[0], WIKI)
  await run("UPDATE ticket SET description = $2, summary = $3, component = $3 WHERE project = $1 AND id = 1", WIKI, PAYLOADS[0])
  await run('UPDATE project SET title = $2, description = $3 WHERE name = $1', PAYLOADS[3], PAYLOADS[0])
  commitHostile(join(repositories, `${project}.git`))
}

/** One commit whose author, message, paths and contents are such texts. A path cannot hold what would be a folder of its own. */
function commitHostile(repository: string): void {
  const git = (args: readonly string[], input = '') => execFileSync('git', ['--git-dir', repository, ...args], { input, env: { ...GIT_ENVIRONMENT, GIT_INDEX_FILE: join(repository, 'hostile-index'), ...IDENTITY } }).toString().trim()
  git(['read-tree', 'HEAD'])
  for (const payload of PAYLOADS) {
    const blob = git(['hash-object', '-w', '--stdin'], `${payload}\n${WIKI}\n`)
    git(['update-index', '-z', '--index-info'], `100644 ${blob}\t${payload.replaceAll('/', '\u2215')}\0`)
  }
  const commit = git(['commit-tree', git(['write-tree']), '-p', 'HEAD'], WIKI)
  git(['update-ref', 'HEAD', commit])
}

const who = '"><script>alert(1)</script>'
const when = '1138700000 +0000'
const IDENTITY = { GIT_AUTHOR_NAME: who, GIT_AUTHOR_EMAIL: who, GIT_AUTHOR_DATE: when, GIT_COMMITTER_NAME: who, GIT_COMMITTER_EMAIL: who, GIT_COMMITTER_DATE: when }
