import { lstatSync, rmSync, writeFileSync } from 'node:fs'

/** Where the control of a run leaves shared memory. Like any other it outlives who made it: whoever ends a run removes it. */
export const plantedMemory = (run: string): string => `/dev/shm/lowtide-control.${run}`

const plantedBytes = 64 * 1024

/** So many bytes as the kernel has given it; 0 where there is no /dev/shm to write to. */
export function plantMemory(run: string): number {
  try {
    writeFileSync(plantedMemory(run), Buffer.alloc(plantedBytes, 1))
    return bytesOf(plantedMemory(run))
  } catch {
    return 0
  }
}

export function removePlantedMemory(run: string): void {
  rmSync(plantedMemory(run), { force: true })
}

/** Of a file in memory: what is allocated, and not how far it may reach. */
export const bytesOf = (file: string): number => lstatSync(file).blocks * 512
