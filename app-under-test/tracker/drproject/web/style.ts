/** The one stylesheet. */
export const STYLE = `
body { font: 14px/1.5 Verdana, "DejaVu Sans", Arial, sans-serif; margin: 0 auto; max-width: 70em; padding: 0 1em 3em; color: #111; background: #fff }
header { display: flex; gap: 1em; align-items: baseline; padding: .6em 0; border-bottom: 1px solid #bbb }
header .brand { font-weight: bold; font-size: 1.3em; letter-spacing: -.03em }
header .account { margin-left: auto; font-size: .85em; display: flex; gap: .8em; align-items: baseline }
header form { display: inline }
nav.pages { display: flex; flex-wrap: wrap; background: #f4f4f0; border: solid #ccc; border-width: 0 1px 1px; font-size: .9em }
nav.pages a { padding: .35em .8em; border-right: 1px solid #ddd }
nav.pages a[aria-current] { background: #fff; font-weight: bold; color: #111 }
main { margin-top: 1.2em }
h1 { font-size: 1.5em; letter-spacing: -.02em; margin: .2em 0 .6em } h2 { font-size: 1.15em; margin: 1.2em 0 .4em; border-bottom: 1px solid #e0e0d8 } h3 { font-size: 1em }
a { color: #b00; text-decoration: none } a:hover { text-decoration: underline } a.missing { color: #998; border-bottom: 1px dotted #998 }
dt { margin-top: .4em } dd { margin-left: 2em; color: #555 }
pre { white-space: pre-wrap; background: #f7f7f4; border: 1px solid #e4e4dc; padding: .5em; overflow-wrap: anywhere } code { background: #f7f7f4 }
table { border-collapse: collapse; width: 100% } td, th { border: 1px solid #d7d7d7; padding: .2em .6em; text-align: left; vertical-align: top } thead th { background: #f4f4f0 } td.number { text-align: right }
form.fields > label { display: block; margin: .4em 0 } form.fields > label > input:not([type=checkbox]) { display: block; width: 100%; max-width: 30em; box-sizing: border-box }
ul.thread { list-style: none; padding: 0 } .reply1 { margin-left: 1.2em } .reply2 { margin-left: 2.4em } .reply3 { margin-left: 3.6em } .reply4 { margin-left: 4.8em } .reply5 { margin-left: 6em } .reply6 { margin-left: 7.2em } .reply7 { margin-left: 8.4em } .reply8 { margin-left: 9.6em }
.tabs a { margin-right: 1em } a[aria-current] { font-weight: bold }
fieldset { border: 1px solid #d7d7d7; margin: 1em 0; padding: .6em 1em } label { margin-right: 1em } textarea { width: 100%; box-sizing: border-box; font: 13px/1.4 "DejaVu Sans Mono", monospace }
input, select, button, textarea { font-size: .95em } .problem { border: 1px solid #c00; background: #fee; padding: .5em .8em } .note { color: #666; font-size: .9em }
ins { background: #dfd; text-decoration: none } del { background: #fdd; text-decoration: none }
.ticket { background: #fffde8; border: 1px solid #d8d3a0; padding: .2em 1em .4em } h1 small { font-weight: normal; font-size: .7em; color: #666; letter-spacing: 0 } nav.beside { float: right; font-size: .9em; display: flex; gap: 1em }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(16em, 1fr)); gap: 0 1.5em; margin: .6em 0; padding-bottom: .6em; border-bottom: 1px solid #d8d3a0 } .facts div { display: flex; gap: .6em } .facts dt { margin: 0; color: #777; min-width: 7em } .facts dd { margin: 0; color: #111; overflow-wrap: anywhere }
.edit { border-left: 3px solid #e0e0d8; padding-left: .9em; margin: 1em 0 } .edit h3 { font-weight: normal; margin: 0; color: #666; font-size: .9em } .edit > ul { margin: .2em 0; padding-left: 1.4em; color: #444 }
.preview { border: 2px dashed #d8b000; padding: 0 1em; margin: 1em 0 } form.change label.wide, label:has(> textarea) { display: block; margin: 0 } label.wide input { width: 100%; box-sizing: border-box } fieldset p { margin: .4em 0; line-height: 2 }
.progress { display: flex; gap: .8em; align-items: center } progress { appearance: none; width: 100%; max-width: 36em; height: 1.1em; border: 1px solid #bbb; background: #fff; vertical-align: middle } progress::-webkit-progress-bar { background: #fff } progress::-webkit-progress-value { background: #bae0ba } progress::-moz-progress-bar { background: #bae0ba }
article.milestone { margin-bottom: 2em } .late { color: #b00 } label:has(> [type=checkbox]), .tickets thead th { white-space: nowrap } p.links { display: flex; flex-wrap: wrap; gap: .2em 1.2em } .bars progress { max-width: none } .bars th { width: 10em } .bars td.number { width: 7em; white-space: nowrap } .wikitext { overflow-wrap: anywhere }
.scroll { overflow-x: auto } .tickets td:nth-child(2) { min-width: 14em } .tickets tr.closed a { text-decoration: line-through } .tickets .group { background: #f4f4f0; padding-top: .8em } .tickets .group small { font-weight: normal } .tickets tr.highest td { background: #fee } .tickets tr.high td { background: #ffb } .tickets tr.low td, .tickets tr.lowest td { background: #f4fbff }
.wikitext h2 { font-size: 1.25em } .wikitext h3 { font-size: 1.1em; margin: 1.2em 0 .4em } .wikitext table { width: auto } .wikitext hr { border: 0; border-top: 1px solid #ccc } .wikitext a.elsewhere::after { content: "\\2197"; font-size: .75em; vertical-align: super; color: #999 } blockquote { margin: .6em 0 .6em .4em; padding-left: .9em; border-left: 3px solid #d8d3a0; color: #555 }
.diff { line-height: 1.6 } .diff .note { font-style: italic } mark { background: #ff9; color: inherit } .titles { columns: 15em } .titles section { break-inside: avoid } .titles h2:first-child { margin-top: 0 } .results dt { margin-top: 1em } .results dd { margin-left: 0; color: #333 } .attachments { clear: both; margin-top: 1.5em } .list td:first-child { white-space: nowrap }
h1.path { overflow-wrap: anywhere } form.beside { text-align: right; font-size: .9em; margin-bottom: .6em } .listing td { white-space: nowrap } .listing td:last-child { white-space: normal; min-width: 16em } .listing tr.folder td:first-child a { font-weight: bold }
.code { font: 12px/1.45 "DejaVu Sans Mono", monospace } .code th { width: 1%; padding: 0 .6em; border-width: 0 1px 0 0; text-align: right; background: #f4f4f0; font-weight: normal; user-select: none } .code td { border: 0; padding: 0 .6em; white-space: pre } table.code { margin-top: 1em } .code tr:target { background: #ffb } .code th a { color: #777 }
.diff { font: 12px/1.45 "DejaVu Sans Mono", monospace } .diff .hunk { color: #999 } .wikitext.change { background: #f7f7f4; border-left: 3px solid #d8d3a0; padding: .1em .9em } ul.files { list-style: none; padding-left: 1em } ul.files .added { color: #080 } ul.files .deleted { color: #a00 } ul.files .modified { color: #666 }
`
