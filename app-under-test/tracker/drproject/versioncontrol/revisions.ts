import { is, newestFirst } from '../db/criteria.ts'
import { shorten } from '../shorten.ts'
import { BadRequest } from '../web/http.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { Revision, type RevisionRow } from './records.ts'
import type { Repository } from './repository.ts'

/** The revision that `rev` names, or the newest. Null if there is none. Throws BadRequest if it names nothing. */
export async function revisionAsked({ env, request, project }: ProjectVisit): Promise<RevisionRow | null> {
  const asked = request.args.get('rev')
  if (asked && !/^\d{1,9}$/.test(asked)) throw new BadRequest(`rev: "${shorten(asked)}" is not the number of a revision, such as 12.`)
  using revisions = await Revision.select(env, project.name, ...(asked ? [is('rev', Number(asked))] : [newestFirst('rev', 1)]))
  return revisions[0] ?? null
}

/** Id of the revision's commit. A row that has not been synchronised does not know it: then it is counted. Null if that gives none, or one of another time: the repository has another history. */
export async function commitOf(repository: Repository, { rev, time, node }: RevisionRow): Promise<string | null> {
  if (node) return node
  const counted = await repository.commitAt(rev)
  return counted?.time.getTime() === time.getTime() ? counted.id : null
}
