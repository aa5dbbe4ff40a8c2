import { existsSync, lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs'

const folder = '/dev/shm'
const prefix = 'lowtide-control.'

/** Where the control of a run leaves shared memory. Like any other it outlives who made it: whoever ends a run removes it. */
export const plantedMemory = (run: string): string => `${folder}/${prefix}${run}`

const plantedBytes = 64 * 1024

/** Of a segment of System V that a control makes: such as nobody else asks for, since its number is known only once it is there. */
export const plantedSegmentBytes = 4_099

/** So many bytes as the kernel has given it; 0 where there is no such folder to write to. */
export function plantMemory(run: string): number {
  try {
    writeFileSync(plantedMemory(run), Buffer.alloc(plantedBytes, 1))
    return bytesOf(plantedMemory(run))
  } catch {
    return 0
  }
}

/** The runs that have some on this machine. */
export const runsWithMemory = (): readonly string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)) : [])

export function removePlantedMemory(run: string): void {
  rmSync(plantedMemory(run), { force: true })
}

/** Of a file in memory: what is allocated, and not how far it may reach. */
export const bytesOf = (file: string): number => lstatSync(file).blocks * 512
