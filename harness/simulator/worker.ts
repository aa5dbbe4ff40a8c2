import { parentPort } from 'node:worker_threads'
import { loadInvariants } from '../verdict/load-invariants.ts'
import { countTrials } from './experiment.ts'
import { experiments } from './experiments.ts'
import type { Job } from './simulator.ts'

/** A thread of the simulator: does one stretch of trials after the other, as it is asked. */
const invariants = await loadInvariants()

parentPort?.on('message', (job: Job) => {
  const experiment = experiments.find(({ name }) => name === job.experiment)
  const cell = experiment?.cells.find((one) => one.cell === job.cell)
  if (experiment === undefined || cell === undefined) throw new Error(`No cell "${job.cell}" in "${job.experiment}".`)
  parentPort?.postMessage(countTrials(experiment, cell, job, invariants))
})
