import { crc32 } from 'node:zlib'

/** The first line carries a checksum, each hundredth after it, and the last. */
const linesEach = 100

/**
 * Writes checksums into the lines of a record, in their order: a changed byte may leave a line that reads well and says something else. A line that carries one
 * ends in it, as its last field `crc32`: eight hex digits, the CRC-32 of all lines since the checksum before, its own characters included, without what ends a line.
 */
export function writeChecksums(): (line: string, place: 'last' | 'any') => string {
  let [lines, crc, isOver] = [0, 0, false]
  return (line, place) => {
    // Whatever is still told behind the last line has to be covered as well.
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

/** Lines of a record, in their order, held against the checksums among them. Older records have none, and of these nothing is told. */
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
    /** A sentence for each stretch that is not as it was written, of those read since this was asked last. */
    altered: (): readonly string[] => {
      const told = altered
      altered = []
      return told
    },
    /** The same of the lines after the last checksum of a record that has any. */
    uncovered: (): readonly string[] => (lastChecked === 0 || lastChecked === line ? [] : [`${stretch(lastChecked + 1, line)} not as written: they have lost their checksum`]),
  }
}

const carriesOne = (text: string): boolean => text.startsWith(begins, text.length - fieldLength) && text.endsWith(ends)
/** In quotes: those that are told may be no digits any more. */
const digitsIn = (field: string): string => JSON.stringify(field.slice(begins.length, -ends.length))
const stretch = (from: number, to: number): string => `lines ${from} to ${to} of timeline.ndjson are`
