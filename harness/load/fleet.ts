import type { Generator, GeneratorEnd } from './generator.ts'

/** `name` goes before what goes wrong with it: `k6 2 of 3: k6 was killed by SIGKILL`. */
export type Named = { readonly name: string; readonly generator: Generator }

/** Several generators as one: ready once all are, ended once all are. The first that goes wrong is named, and ends the others: what is left of a dose is no dose. */
export const fleetOf = (members: readonly Named[]): Generator => {
  const [only, ...others] = members
  if (only !== undefined && others.length === 0) return only.generator
  const kill = () => {
    for (const { generator } of members) generator.kill()
  }
  let wrong: GeneratorEnd | null = null
  const endOf = async ({ name, generator }: Named): Promise<GeneratorEnd> => {
    const end = await generator.ended
    if (end.trouble !== null && wrong === null) {
      wrong = { ...end, trouble: `${name}: ${end.trouble}` }
      kill()
    }
    return end
  }
  return {
    notReady: members.map(({ name, generator }) => (generator.notReady === null ? null : `${name}: ${generator.notReady}`)).find(reason => reason !== null) ?? null,
    begin: async signal => {
      await Promise.all(members.map(({ generator }) => generator.begin(signal)))
    },
    samples: async take => {
      await Promise.all(members.map(({ generator }) => generator.samples(take)))
    },
    ended: Promise.all(members.map(endOf)).then(ends => wrong ?? { exitCode: 0, trouble: null, tail: ends.map(({ tail }) => tail).filter(Boolean).join('\n') }),
    kill,
    pids: members.flatMap(({ generator }) => generator.pids),
    cpuMs: () => members.flatMap(({ generator }) => generator.cpuMs()),
  }
}
