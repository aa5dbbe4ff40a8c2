import type { Finding, Survivor } from './verdict.ts'

/** Everything that these findings name; a member that several name comes several times. */
export const survivorsOf = (findings: readonly Finding[]): readonly Survivor[] => findings.flatMap((finding) => ('survivors' in finding ? finding.survivors : []))

/** Whether a survivor is named for what it holds or keeps: then that is left, and not the member itself. Never for the process of a request, which must not stay whatever it holds. */
export const isHolder = ({ member, holds, keptMore }: Survivor): boolean => (holds !== undefined || keptMore !== undefined) && !(member.kind === 'process' && member.request !== null)
