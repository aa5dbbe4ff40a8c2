import { styleText } from 'node:util'

/** The fixed trio of colours: pass is green, unknown is yellow, fail is red. `strong` and `faint` are weights of the terminal's own colour. */
export type Paint = Readonly<Record<Tone, (text: string) => string>>

export type Tone = 'pass' | 'unknown' | 'fail' | 'strong' | 'faint'

/** Paint for one stream: plain where it is no terminal, and where NO_COLOR is set. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  const styled = (format: Parameters<typeof styleText>[0]) => (text: string) => styleText(format, text, { stream })
  return { pass: styled(['bold', 'green']), unknown: styled(['bold', 'yellow']), fail: styled(['bold', 'red']), strong: styled('bold'), faint: styled('dim') }
}

export const plain: Paint = { pass: same, unknown: same, fail: same, strong: same, faint: same }

function same(text: string): string {
  return text
}
