import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { accountOf } from '../account.ts'
import { html, jsonInScript, textOf, trusted } from '../html/markup.ts'
import { drawingOf } from '../html/panels.ts'
import { answersSection, chartsSection, checksSection, cyclesSection, runSection, verdictSection } from '../html/sections.ts'
import type { Reporter, RunRecord } from '../run-record.ts'

/** One self-contained page: it asks nothing of the network and works from a file, in light and dark, on a phone. */
export default { file: 'report.html', render } satisfies Reporter

const style = [fileText(import.meta.resolve('uplot/dist/uPlot.min.css')), fileText(new URL('../html/page.css', import.meta.url))].join('\n')
const scripts = [fileText(import.meta.resolve('uplot/dist/uPlot.iife.min.js')), fileText(new URL('../html/charts.browser.js', import.meta.url))]

/** The browser runs these scripts and nothing else, should markup ever slip through; and it may load nothing from anywhere. */
const policy = `default-src 'none'; script-src ${scripts.map(hash).join(' ')}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`

function render(run: RunRecord): string {
  const account = accountOf(run)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${account.word} ${account.subject}</title>
<style>${trusted(style)}</style>
</head>
<body>
${verdictSection(account, run)}
<main>
${answersSection(account, run)}
${chartsSection(run)}
${checksSection(run)}
${cyclesSection(run)}
${runSection(account, run)}
</main>
<script type="application/json" id="drawing">${jsonInScript(drawingOf(run.series))}</script>
${scripts.map((script) => html`<script>${trusted(script)}</script>\n`)}
</body>
</html>
`
  return textOf(page)
}

function fileText(url: string | URL): string {
  return readFileSync(fileURLToPath(url), 'utf8')
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
