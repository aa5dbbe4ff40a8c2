import { setTimeout as delay } from 'node:timers/promises'
import { kubectl } from '../../stack/kubectl.ts'

/** The pods of one TestRun, as far as the cluster tells of them: what cannot be asked is not told. */
export type Pods = {
  /** Settles once one of them has failed, which then never comes to the collector; or once `until` is aborted. */
  readonly failed: (until: AbortSignal) => Promise<void>
  /** How that of a generator is which has gone, counted from 0: evicted, out of memory. The kubelet tells of it some seconds later. */
  readonly stateOf: (nth: number) => Promise<string>
  /** How those are that do not run, what k6 said last in all of them, and what the cluster said where it lets nobody make the first of them: a quota, a policy. */
  readonly troubles: () => Promise<string>
}

const lookEveryMs = 1_000
const toldWithinMs = 10_000
const reportedWithinMs = 5_000
const lastMessage = '--output=jsonpath={range .items[-1:]}{.message}{"\\n"}{end}'

export const podsOf = (command: readonly string[], testRun: string): Pods => {
  const ask = (args: readonly string[], until = AbortSignal.timeout(toldWithinMs)) => kubectl(command, args, '', until).catch(() => '')
  const all = `--selector=k6_cr=${testRun},runner=true`
  const refused = `--field-selector=reason=FailedCreate,involvedObject.kind=Job,involvedObject.name=${testRun}-1`
  return {
    failed: async until => {
      while (!until.aborted) {
        if ((await ask(['get', 'pods', '--output=name', '--field-selector=status.phase=Failed', all], until)).trim() !== '') return
        await delay(lookEveryMs, undefined, { signal: until }).catch(() => undefined)
      }
    },
    stateOf: async nth => {
      const its = `--selector=job-name=${testRun}-${nth + 1}`
      const late = AbortSignal.timeout(reportedWithinMs)
      while (!late.aborted && (await ask(['get', 'pods', '--output=name', '--field-selector=status.phase=Running', its], late)).trim() !== '') await delay(lookEveryMs, undefined, { signal: late }).catch(() => undefined)
      return ask(['get', 'pods', '--no-headers', its])
    },
    troubles: async () => (await Promise.all([ask(['get', 'pods', '--no-headers', '--field-selector=status.phase!=Running', all]), ask(['logs', '--prefix', '--tail=5', '--ignore-errors', all]), ask(['get', 'events', refused, lastMessage])])).join(''),
  }
}
