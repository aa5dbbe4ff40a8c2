import { crc32 } from 'node:zlib'

/** The first line carries a checksum, so does each hundredth line after it, and the last. */
const linesEach = 100

/**
 * Writes checksums into the lines of a record, in their order: after one byte has changed, a line may still be valid and say something else. A checksum is the last field of its line, `crc32`, in
 * eight hex digits: the CRC-32 of all lines since the previous checksum, including that checksum's own characters, without line ends.
 */
export function writeChecksums(): (line: string, place: 'last' | 'any') => string {
  let [lines, crc, isOver] = [0, 0, false]
  return (line, place) => {
    // Lines that still come after the last one have to be covered as well.
    isOver ||= place === 'last'
    const isDue = isOver || lines % linesEach === 0
    lines += 1
    const text = isDue ? line.slice(0, -1) : line
    crc = crc32(text, crc)
    if (!isDue) return line
    const field = fieldOf(crc)
    crc = crc32(field)
    return text + field
  }
}

const begins = ',"crc32":"'
const ends = '"}'
const fieldOf = (crc: number): string => `${begins}${digitsOf(crc)}${ends}`
/** A CRC-32 in eight hex digits. */
export const digitsOf = (crc: number): string => crc.toString(16).padStart(8, '0')
const fieldLength = fieldOf(0).length

/** Compares the lines of a record, in their order, with the checksums among them. Older records have none; nothing can be said of these. */
export function readChecksums() {
  let [line, lastChecked, crc] = [0, 0, 0]
  let unchecked: string[] = []
  let altered: string[] = []
  /** Of many lines at once: a call for each costs twice as much. */
  const crcOfUnchecked = (): number => {
    crc = crc32(unchecked.join(''), crc)
    unchecked = []
    return crc
  }
  return {
    /** The line without its checksum. */
    read: (text: string): string => {
      line += 1
      if (!carriesOne(text)) {
        unchecked.push(text)
        if (unchecked.length >= linesEach) crcOfUnchecked()
        return text
      }
      const [said, field] = [text.slice(0, -fieldLength), text.slice(-fieldLength)]
      unchecked.push(said)
      const is = fieldOf(crcOfUnchecked())
      if (is !== field) altered.push(`${stretch(lastChecked + 1, line)} not as written: their checksum is ${digitsIn(is)}, and was ${digitsIn(field)}`)
      crc = crc32(field)
      lastChecked = line
      return said + '}'
    },
    /** One sentence for each stretch of lines that was changed after it was written, among those read since the last call. */
    altered: (): readonly string[] => {
      const told = altered
      altered = []
      return told
    },
    /** The same for the lines after the last checksum, in a record that has any. */
    uncovered: (): readonly string[] => (lastChecked === 0 || lastChecked === line ? [] : [`${stretch(lastChecked + 1, line)} not as written: they have lost their checksum`]),
  }
}

const carriesOne = (text: string): boolean => text.startsWith(begins, text.length - fieldLength) && text.endsWith(ends)
/** In quotes: in a changed record they may no longer be digits. */
const digitsIn = (field: string): string => JSON.stringify(field.slice(begins.length, -ends.length))
const stretch = (from: number, to: number): string => `lines ${from} to ${to} of timeline.ndjson are`
