import type { Command } from './command.ts'
import { problemsOfRequest, requestOf, runOptions } from './run-request.ts'
import { asJson, soakOnce } from './soak-once.ts'

export default {
  usage: 'run <scenario> [--profile repro|gate|certify|nightly] [--stack auto|containers|processes] [--variant NAME] [--for 8h] [--budget 2m] [--seed N] [--reports DIR] [--json]',
  does: 'boots, loads, waits for quiet, judges',
  options: runOptions,
  explains: {
    options: {
      'profile NAME': 'how long and how hard: repro (under a minute), gate (at most 2 minutes; the default), certify (until less than one leak in 10,000 requests is certain), nightly (hours)',
      'stack NAME': 'containers (needs a Docker engine), processes (PostgreSQL from npm), or auto, which takes what is there and says why',
      'variant NAME': "one of the scenario's target.variants; lowtide list shows them",
      'for TIME': 'how long a nightly lasts, such as 8h',
      'budget TIME': 'how long any other run may last, boot to verdict, such as 90s or 10m: it sizes the doses',
      'seed N': 'which requests are drawn, and in which order doses come; the same seed sends the same requests',
      'reports DIR': 'gets a folder with the record and its reports; reports/ if absent',
      json: 'the verdict with all findings as JSON on stdout, and words on stderr',
    },
    examples: ['lowtide run scenarios/shop.ts --variant release-on-success', 'lowtide run scenarios/timeline-soak.ts --profile nightly --for 8h'],
  },
  problemsOf: problemsOfRequest,
  run: async (args, io) => {
    const outcome = await soakOnce(await requestOf(args, io.signal), io, { quiet: args.values.json === true })
    if (args.values.json === true) io.stdout.write(`${JSON.stringify(asJson(outcome))}\n`)
    return outcome.verdict === null ? outcome.exitCode : { exitCode: outcome.exitCode, verdict: outcome.verdict }
  },
} satisfies Command
