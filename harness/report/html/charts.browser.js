/* global uPlot, document, window, matchMedia, getComputedStyle, ResizeObserver, devicePixelRatio */
// Runs in the reader's browser as it stands, after uPlot's own script. It draws what panels.ts has laid out; it computes nothing.
;(() => {
  const drawing = JSON.parse(document.getElementById('drawing').textContent)
  const readout = document.getElementById('readout')
  const sync = uPlot.sync('run')
  const charts = new Map()
  // Room for half of the last label of the time axis, the same in all panels.
  const sidePadding = 20

  drawAll()
  for (const more of document.querySelectorAll('details')) more.addEventListener('toggle', drawAll)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const { chart, watch } of charts.values()) {
      watch.disconnect()
      chart.destroy()
    }
    charts.clear()
    drawAll()
  })

  function drawAll() {
    for (const place of document.querySelectorAll('[data-panel]')) {
      if (charts.has(place) || place.clientWidth === 0) continue
      const index = place.dataset.panel
      const chart = index === 'phases' ? phaseChart(place) : panelChart(place, drawing.panels[Number(index)])
      const watch = new ResizeObserver(() => {
        if (place.clientWidth > 0 && place.clientWidth !== chart.width) chart.setSize({ width: place.clientWidth, height: chart.height })
      })
      watch.observe(place)
      charts.set(place, { chart, watch })
    }
  }

  function panelChart(place, panel) {
    const { lines } = panel
    // Each bucket is drawn from its start to its end: a slope between two counts would show values that never were.
    const buckets = Math.max(...lines.map((line) => line.values.length), 1)
    const time = Array.from({ length: 2 * buckets }, (_, i) => Math.ceil(i / 2) * panel.bucketS)
    const edges = (values) => time.map((_, i) => values[i >> 1] ?? null)
    // Every panel ends where the record ends, or the axes would not be one axis.
    if (time.at(-1) < drawing.endS) time.push(drawing.endS)
    const drawn = panel.stacked ? stack(lines) : lines
    const series = [{}]
    const data = [time]
    const bands = []
    const coloured = []
    drawn.forEach((line) => {
      const i = lines.findIndex(({ label }) => label === line.label)
      const stroke = line.tone === 'fail' ? colour('--fail') : colour(`--line-${i + 1}`)
      series.push({ label: line.label, stroke, width: panel.stacked ? 0 : 1.5, fill: panel.stacked ? stroke : undefined, points: { show: false }, dash: panel.unit === 'ms' && i === 2 ? [3, 3] : undefined })
      data.push(edges(line.values))
      coloured.push({ stroke, line })
      if (line.low) {
        series.push({ label: `${line.label}, lowest`, stroke, width: 0.5, points: { show: false } })
        data.push(edges(line.low))
        bands.push({ series: [series.length - 2, series.length - 1], fill: translucent(stroke, 0.3) })
      }
    })
    if (panel.stacked) coloured.reverse()
    const keys = keyOf(place, lines, coloured)
    const highest = Math.max(0, ...drawn.flatMap((line) => line.values), panel.baseline?.max ?? 0)
    return new uPlot(
      {
        width: place.clientWidth,
        height: panel.group === 'load' && lines.length > 1 ? 160 : 118,
        padding: [8, sidePadding, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: sync.key, scales: ['x', null] }, y: false, points: { show: !panel.stacked, size: 5 }, drag: { x: true, y: false } },
        // A count that rose by one must not look like a cliff: 0 is always in sight.
        scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(panel.unit === 'count' ? 3 : 1, high ?? 0, panel.baseline?.max ?? 0, ...inReach(panel.levels, high ?? 0)) * 1.08] } },
        axes: [timeAxis(), valueAxis(panel, highest)],
        series,
        bands,
        hooks: {
          drawClear: [(chart) => shade(chart, false), (chart) => baselineBand(chart, panel.baseline)],
          draw: [marksOf, (chart) => levelLines(chart, panel.levels)],
          setCursor: [(chart) => tell(chart, keys, panel)],
        },
      },
      data,
      place,
    )
  }

  /** Sums from the first line up, the highest first, so that each covers the one behind it. */
  function stack(lines) {
    const sums = lines.map((line, i) => ({ ...line, values: line.values.map((_, at) => lines.slice(0, i + 1).reduce((sum, { values }) => sum + (values[at] ?? 0), 0)) }))
    return sums.reverse()
  }

  function phaseChart(place) {
    return new uPlot(
      {
        width: place.clientWidth,
        height: 24,
        padding: [0, sidePadding, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: sync.key, scales: ['x', null] }, y: false, points: { show: false }, drag: { x: true, y: false } },
        scales: { x: { time: false }, y: { range: [0, 1] } },
        axes: [{ show: false }, { size: 58, values: () => [], ticks: { show: false }, grid: { show: false } }],
        series: [{}, { points: { show: false } }],
        hooks: { drawClear: [(chart) => shade(chart, true)] },
      },
      [
        [0, drawing.endS],
        [null, null],
      ],
      place,
    )
  }

  function timeAxis() {
    return { stroke: colour('--faint'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false }, size: 22, font: axisFont(), space: 70, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800], values: (_, splits) => splits.map(clock) }
  }

  function valueAxis(panel, highest) {
    return { stroke: colour('--faint'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false }, size: 58, font: axisFont(), space: 26, incrs: panel.unit === 'count' ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7] : undefined, values: (_, splits) => splits.map((value) => amount(value, panel.unit, highest)) }
  }

  function shade(chart, labelled) {
    const { ctx, bbox } = chart
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    for (const { label, phase, fromS, toS } of drawing.spans) {
      const [left, right] = [chart.valToPos(fromS, 'x', true), chart.valToPos(toS, 'x', true)]
      ctx.fillStyle = colour(`--phase-${phase}`) || 'transparent'
      ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height)
      if (labelled) phaseLabel(ctx, phase === 'cycle' ? [label, label.replace('cycle ', '')] : [label], Math.max(left, bbox.left), Math.min(right, bbox.left + bbox.width), bbox)
    }
    ctx.fillStyle = translucent(colour('--unknown'), 0.35)
    for (const { fromS, toS } of drawing.unseen) {
      const left = chart.valToPos(fromS, 'x', true)
      ctx.fillRect(left, bbox.top, Math.max(2, chart.valToPos(toS, 'x', true) - left), bbox.height)
    }
    ctx.restore()
  }

  /** The longest of its names that has room; a phase that is too short is told below the pointer alone. */
  function phaseLabel(ctx, names, left, right, bbox) {
    ctx.font = axisFont(devicePixelRatio)
    ctx.fillStyle = colour('--text')
    ctx.textAlign = 'left'
    ctx.textBaseline = 'middle'
    const text = names.find((name) => ctx.measureText(name).width < right - left - 4)
    if (text) ctx.fillText(text, left + 3, bbox.top + bbox.height / 2)
  }

  function baselineBand(chart, baseline) {
    if (!baseline) return
    const { ctx, bbox } = chart
    const [top, bottom] = [chart.valToPos(baseline.max, 'y', true), chart.valToPos(baseline.min, 'y', true)]
    ctx.save()
    ctx.fillStyle = translucent(colour('--pass'), 0.22)
    // A band of one value is still a band: it is drawn as a line that can be seen.
    ctx.fillRect(bbox.left, top - 1, bbox.width, Math.max(2, bottom - top + 2))
    ctx.restore()
  }

  /** A threshold far above everything would leave no room for what there is to see. */
  function inReach(levels, highest) {
    return levels.map(({ value }) => value).filter((value) => value <= 3 * highest)
  }

  function levelLines(chart, levels) {
    const { ctx, bbox } = chart
    ctx.save()
    ctx.strokeStyle = ctx.fillStyle = colour('--fail')
    ctx.lineWidth = devicePixelRatio
    ctx.font = axisFont(devicePixelRatio)
    ctx.textAlign = 'right'
    ctx.textBaseline = 'bottom'
    for (const { label, value } of levels) {
      const y = Math.round(chart.valToPos(value, 'y', true)) + 0.5
      if (y < bbox.top || y > bbox.top + bbox.height) continue
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
      ctx.stroke()
      ctx.fillText(label, bbox.left + bbox.width - 3 * devicePixelRatio, y - devicePixelRatio)
    }
    ctx.restore()
  }

  function marksOf(chart) {
    const { ctx, bbox } = chart
    ctx.save()
    for (const { kind, atS } of drawing.marks) {
      const x = Math.round(chart.valToPos(atS, 'x', true)) + 0.5
      if (x < bbox.left || x > bbox.left + bbox.width) continue
      ctx.strokeStyle = ctx.fillStyle = colour(`--mark-${kind}`)
      ctx.lineWidth = devicePixelRatio
      ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
      ctx.beginPath()
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
      ctx.stroke()
      const tip = 4 * devicePixelRatio
      ctx.beginPath()
      ctx.moveTo(x - tip, bbox.top)
      ctx.lineTo(x + tip, bbox.top)
      ctx.lineTo(x, bbox.top + 1.5 * tip)
      ctx.fill()
    }
    ctx.restore()
  }

  function keyOf(place, lines, coloured) {
    const list = place.parentElement.querySelector('.keys')
    list.replaceChildren()
    return coloured.map(({ stroke, line }) => {
      const item = document.createElement('li')
      const value = document.createElement('output')
      if (coloured.length > 1) {
        item.style.setProperty('--key', stroke)
        item.append(line.label, ' ')
      }
      item.append(value)
      list.append(item)
      return { value, line: lines.find(({ label }) => label === line.label) }
    })
  }

  function tell(chart, keys, panel) {
    const at = chart.cursor.idx
    for (const { value, line } of keys) {
      const high = at === null || at === undefined ? null : (line.values[at >> 1] ?? null)
      const least = line.low && high !== null ? line.low[at >> 1] : high
      value.textContent = high === null ? '' : least === high ? amount(high, panel.unit, high) : `${amount(least, panel.unit, high)} to ${amount(high, panel.unit, high)}`
    }
    if (chart.cursor.left === undefined || chart.cursor.left < 0) return
    const second = chart.posToVal(chart.cursor.left, 'x')
    const reach = Math.abs(chart.posToVal(chart.cursor.left + 6, 'x') - second)
    const phase = drawing.spans.findLast(({ fromS, toS }) => fromS <= second && second <= toS)
    const near = drawing.marks.filter(({ atS }) => Math.abs(atS - second) <= reach)
    const gaps = drawing.unseen.filter(({ fromS, toS }) => fromS - reach <= second && second <= toS + reach)
    readout.textContent = [clock(second), phase?.label, ...near.slice(0, 2).map(({ label }) => label), ...gaps.slice(0, 2).map(({ label }) => label)].filter(Boolean).join(' · ')
  }

  function amount(value, unit, highest) {
    const round = (number) => number.toLocaleString('en-US', { maximumFractionDigits: Math.abs(number) < 10 ? 1 : 0 })
    switch (unit) {
      case 'ms':
        return highest >= 1e4 ? `${round(value / 1e3)} s` : `${round(value)} ms`
      case 'bytes':
        return highest >= 1e9 ? `${round(value / 1e9)} GB` : highest >= 1e6 ? `${round(value / 1e6)} MB` : `${round(value / 1e3)} kB`
      case 'per second':
        return `${round(value)}/s`
      default:
        return round(value)
    }
  }

  function clock(seconds) {
    const whole = Math.max(0, Math.round(seconds))
    const two = (number) => String(number).padStart(2, '0')
    return whole >= 3600 ? `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}` : `${Math.floor(whole / 60)}:${two(whole % 60)}`
  }

  function axisFont(scale = 1) {
    return `${11 * scale}px system-ui, sans-serif`
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  }

  function translucent(hex, alpha) {
    return hex + Math.round(alpha * 255).toString(16).padStart(2, '0')
  }
})()
