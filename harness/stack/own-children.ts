import { pids, readProc, statOf, wordsOf } from './proc.ts'

/** The pids of processes that this one has started for `run` and whose command line contains `word`, such as the agent, or k6. None elsewhere than on Linux. */
export const ownChildren = (run: string, word: string): readonly number[] =>
  pids().filter((pid) => statOf(pid)?.parentPid === process.pid && readProc(`${pid}/cmdline`).includes(word) && wordsOf(pid, 'environ').includes(`LOWTIDE_OWNER=${run}`))
