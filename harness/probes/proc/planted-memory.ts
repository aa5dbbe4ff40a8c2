import { existsSync, lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs'

const folder = '/dev/shm'
const prefix = 'lowtide-control.'

/** Where the control of a run leaves shared memory. Like any other it outlives the process that made it: whatever ends a run has to remove it. */
export const plantedMemory = (run: string): string => `${folder}/${prefix}${run}`

const plantedBytes = 64 * 1024

/** The size by which a System V segment of a control is known: one that nobody else asks for, since the segment's id is known only once it is there. */
export const plantedSegmentBytes = 4_099

/** Plants shared memory, and gives its size in bytes by the kernel's count; 0 where there is no such folder to write to. */
export function plantMemory(run: string): number {
  try {
    writeFileSync(plantedMemory(run), Buffer.alloc(plantedBytes, 1))
    return bytesOf(plantedMemory(run))
  } catch {
    return 0
  }
}

/** The runs that have planted memory left on this machine. */
export const runsWithMemory = (): readonly string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)) : [])

export function removePlantedMemory(run: string): void {
  rmSync(plantedMemory(run), { force: true })
}

/** The bytes that a file in memory takes: what is allocated, and not its nominal length. */
export const bytesOf = (file: string): number => lstatSync(file).blocks * 512
