import { safeMethods, type Rules } from '../replay/arrivals.ts'
import { heeding } from '../replay/heeding.ts'
import { formats, isMethod, methods, type Format } from '../replay/logged.ts'
import { formatOf, LogError, readLog } from '../replay/read-log.ts'
import { hideSecrets } from '../replay/secrets.ts'
import { surveyOf } from '../replay/survey.ts'
import { paintFor } from '../report/paint.ts'
import { UsageError } from '../scenario/usage-error.ts'
import { perhaps } from '../thresholds/meant.ts'
import { textOf, type Arguments, type Command } from './command.ts'
import { surveyText } from './replay-text.ts'
import { shown } from './shown.ts'

export default {
  usage: 'replay <log> [--format combined|json|har] [--methods GET,HEAD] [--host NAME] [--from TIME] [--to TIME] [--json]',
  does: 'shows what of an access log or a HAR can be replayed, and what is skipped',
  explains: {
    options: {
      'format NAME': 'combined (Apache and nginx, common too), json (a request a line) or har, where the first lines do not tell',
      'methods LIST': 'which are replayed, such as GET,HEAD,POST; GET and HEAD if absent, since others change things and logs hold no bodies',
      'host NAME': 'only requests to this host; of a HAR that of its first request, else all, if absent',
      'from TIME': 'only what arrived from then on, such as 2006-03-31T18:00:00Z',
      'to TIME': 'only what arrived before then',
      json: 'the same as JSON',
    },
    examples: ['lowtide replay scenarios/logs/course-week.access.gz', 'lowtide replay page.har --host www.example.org'],
  },
  options: { format: { type: 'string' }, methods: { type: 'string' }, host: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, json: { type: 'boolean' } },
  run: async (args, { stdout, signal }) => {
    const { file, format: asked, rules } = askedOf(args)
    const secrets = hideSecrets()
    try {
      const format = await formatOf({ file, ...(asked && { format: asked }) })
      const survey = await surveyOf(heeding(signal, readLog({ file, format }, secrets)), { format, rules })
      const { nameOf: _, ...routes } = survey.routes
      stdout.write(`${args.values.json === true ? JSON.stringify({ ...survey, routes, methods: Object.fromEntries(survey.methods), hosts: Object.fromEntries(survey.hosts), expected: Object.fromEntries(survey.expected) }) : surveyText(survey, { file: shown(file), paint: paintFor(stdout) })}\n`)
      return 0
    } catch (error) {
      if (error instanceof LogError) throw new UsageError([error.message], { cause: error })
      throw error
    }
  },
} satisfies Command

/** What the arguments ask for. Fails with all that is wrong with them at once. */
function askedOf(args: Arguments): { readonly file: string; readonly format: Format | undefined; readonly rules: Rules } {
  const problems: string[] = []
  const [file, ...more] = args.positionals
  if (file === undefined || more.length > 0) problems.push(`Expected one log, got ${args.positionals.length === 0 ? 'none' : args.positionals.join(', ')}.`)
  const asked = textOf(args, 'format')
  const format = formats.find((one) => one === asked)
  if (format === undefined && asked !== undefined) problems.push(`Expected --format to be one of ${formats.join(', ')}, got "${asked}".${perhaps(asked, formats)}`)
  const named = textOf(args, 'methods')?.toUpperCase().split(',') ?? safeMethods
  const known = named.filter(isMethod)
  if (known.length < named.length) problems.push(`Expected --methods to be of ${methods.join(', ')}, got "${textOf(args, 'methods')}".`)
  const timeOf = (name: 'from' | 'to'): number | undefined => {
    const text = textOf(args, name)
    if (text === undefined) return undefined
    const ms = Date.parse(text)
    if (Number.isNaN(ms) || !/(Z|[+-]\d\d:?\d\d)$/.test(text)) problems.push(`Expected --${name} to be a time with its zone such as 2006-03-31T18:00:00Z, got "${text}".`)
    return ms
  }
  const [fromMs, toMs, host] = [timeOf('from'), timeOf('to'), textOf(args, 'host')]
  if (file === undefined || problems.length > 0) throw new UsageError(problems)
  return { file, format, rules: { methods: known, expect: 'class', ...(host !== undefined && { hosts: [host] }), ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) } }
}
