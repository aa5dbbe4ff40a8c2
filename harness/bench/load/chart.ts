export type Line = { readonly name: string; readonly points: readonly { readonly x: number; readonly y: number }[] }

const [width, height] = [760, 340]
const inner = { left: 56, right: 150, top: 36, bottom: 44 }
const colours = ['#c0392b', '#1f77b4', '#2e8b57']

/** Lines over a common axis from 0, as SVG: for pages that show a chart where no script runs. */
export function lineChart({ title, x, y, lines }: { readonly title: string; readonly x: string; readonly y: string; readonly lines: readonly Line[] }): string {
  const all = lines.flatMap(({ points }) => points).filter((point) => Number.isFinite(point.y))
  const [mostX, mostY] = [roundUp(Math.max(...all.map((point) => point.x))), roundUp(Math.max(...all.map((point) => point.y)))]
  const atX = (value: number) => (inner.left + (value / mostX) * (width - inner.left - inner.right)).toFixed(1)
  const atY = (value: number) => (height - inner.bottom - (value / mostY) * (height - inner.top - inner.bottom)).toFixed(1)
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  const grid = ticks.flatMap((tick) => [
    `<line x1="${atX(0)}" x2="${atX(mostX)}" y1="${atY(tick * mostY)}" y2="${atY(tick * mostY)}" stroke="#ddd"/>`,
    `<text x="${inner.left - 8}" y="${atY(tick * mostY)}" text-anchor="end" dominant-baseline="middle">${round(tick * mostY)}</text>`,
    `<text x="${atX(tick * mostX)}" y="${height - inner.bottom + 18}" text-anchor="middle">${round(tick * mostX)}</text>`,
  ])
  const drawn = lines.flatMap(({ name, points }, i) => {
    const finite = points.filter((point) => Number.isFinite(point.y))
    const last = finite.at(-1) ?? { x: 0, y: 0 }
    return [
      `<polyline fill="none" stroke="${colours[i % colours.length]}" stroke-width="2" points="${finite.map((point) => `${atX(point.x)},${atY(point.y)}`).join(' ')}"/>`,
      `<text x="${Number(atX(last.x)) + 8}" y="${atY(last.y)}" dominant-baseline="middle" fill="${colours[i % colours.length]}">${name}</text>`,
    ]
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="${inner.left}" y="20" font-size="14">${title}</text>
<text x="${width - inner.right}" y="${height - 8}" text-anchor="end">${x}</text>
<text x="12" y="${inner.top - 6}">${y}</text>
${[...grid, ...drawn].join('\n')}
</svg>
`
}

/** To one of 1, 2, 4, 6, 8 times a power of ten: quarters of it are short numbers. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 4, 6, 8].find((step) => step * power >= value) ?? 10)
}

const round = (value: number) => Number(value.toPrecision(3))
