import type { Fault } from '../fault.ts'
import type { Expected } from './exhibit.ts'
import type { Housed } from './load-zoo.ts'

/** One run of the table: of which exhibit, in which variant, with which load, and which repetition. */
export type Cell = {
  readonly exhibit: Housed
  readonly variant: string | null
  /** Share of the requests that trigger the leak; null where none does. */
  readonly rate: number | null
  /** Measured requests, without warm-up and baseline. */
  readonly requests: number
  readonly repeat: number
  /** Whether the variant is the mended one of a leaky program. */
  readonly mended: boolean
  /** What goes wrong with the harness during the run. */
  readonly fault: Fault | null
}

/** A rate of triggers, and the number of requests in which it is looked for. `onlyFast`: only with exhibits that answer quickly enough. */
export type Load = { readonly rate: number; readonly requests: number; readonly onlyFast: boolean }

/** The first two expect ten triggers, the rarest five: fewer leave no room for the recall that is asked for, more would make rare leaks as easy as frequent ones. */
export const loads: readonly Load[] = [
  { rate: 1e-2, requests: 1_000, onlyFast: false },
  { rate: 1e-3, requests: 10_000, onlyFast: true },
  { rate: 1e-4, requests: 50_000, onlyFast: true },
]

/** Every cell that the table asks for, repeat by repeat, so that a table which is cut short has all exhibits and fewer repeats. */
export function cellsOf(zoo: readonly Housed[], faults: readonly Fault[], { rates, repeats, clean }: { readonly rates: readonly number[]; readonly repeats: number; readonly clean: number }): readonly Cell[] {
  const wanted = loads.filter(({ rate }) => rates.includes(rate))
  const [lightest] = loads
  const cleanRuns = zoo.flatMap((exhibit) => [
    ...(exhibit.expected.verdict === 'pass' ? [{ exhibit, variant: usual(exhibit), mended: false }] : []),
    ...(exhibit.mended ?? []).map((variant) => ({ exhibit, variant, mended: true })),
  ])
  const leaky = zoo.filter(({ expected }) => expected.verdict !== 'pass')
  const healthy = zoo.find(({ expected }) => expected.verdict === 'pass')
  return Array.from({ length: Math.max(repeats, clean) }, (_, repeat) => [
    ...(repeat < clean ? cleanRuns.map((run): Cell => ({ ...run, rate: run.exhibit.trigger === null ? null : (lightest?.rate ?? null), requests: lightest?.requests ?? 0, repeat, fault: null })) : []),
    ...(repeat < repeats ? leaky.flatMap((exhibit) => loadsOf(exhibit, wanted).map((load): Cell => ({ exhibit, variant: usual(exhibit), ...load, repeat, mended: false, fault: null }))) : []),
    ...(repeat < repeats && healthy ? faults.map((fault): Cell => ({ exhibit: healthy, variant: usual(healthy), rate: null, requests: lightest?.requests ?? 0, repeat, mended: false, fault })) : []),
  ]).flat()
}

/** A leak that no request triggers has no rate: one load is enough. */
const loadsOf = ({ trigger, fast }: Housed, wanted: readonly Load[]): readonly { readonly rate: number | null; readonly requests: number }[] =>
  trigger === null ? wanted.slice(0, 1).map(({ requests }) => ({ rate: null, requests })) : wanted.filter(({ onlyFast }) => fast === true || !onlyFast).map(({ rate, requests }) => ({ rate, requests }))

const usual = ({ scenario }: Housed): string | null => scenario.target.variants?.default ?? null

/** What tells one cell from another in the raw results. */
export const keyOf = ({ exhibit, variant, rate, requests, repeat, fault }: Cell): string => [exhibit.id, variant ?? '-', rate ?? '-', requests, ...(fault ? [fault.name] : []), repeat].join(' ')

/** The verdict that must come of a cell. With a fault of the harness nothing can be decided. */
export const expectedOf = ({ exhibit, mended, fault }: Cell): Expected => (fault ? { verdict: 'inconclusive' } : mended ? { verdict: 'pass' } : exhibit.expected)
