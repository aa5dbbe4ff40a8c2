import { redact } from '../../timeline/redact.ts'
import type { Reporter } from '../run-record.ts'

/** The judgement itself, for programs: the type `Findings`. */
export default {
  file: 'findings.json',
  render: ({ findings }) => redact(`${JSON.stringify(findings, null, 2)}\n`),
} satisfies Reporter
