import { existsSync } from 'node:fs'
import { judgeRecording } from '../conclude.ts'
import { recordOf } from './records.ts'
import { readRun, type CellResult } from './run-cell.ts'

/** The same run as today's judge sees it, where its record was kept; unchanged where it was not. Rejects on a record that cannot be read. */
export async function judgeAgain(result: CellResult, { records, git }: { readonly records: string; readonly git: string }): Promise<CellResult> {
  const dir = recordOf(result.key, records)
  if (result.outcome === 'failed' || !existsSync(dir)) return result
  return { ...result, ...(await readRun(dir, await judgeRecording(dir))), judgedBy: git }
}
