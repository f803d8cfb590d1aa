/** Style sheet of the HTML report: readable on screen and on paper, in light and dark. */
export const HTML_STYLE = `
:root{color-scheme:light dark;--line:#8886;--soft:#8881}
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem}
h1,h2,h3{line-height:1.25}h2{border-bottom:1px solid var(--line);padding-bottom:.2rem;margin-top:2.5rem}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.92em}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:var(--soft);overflow-wrap:normal}.badge,.time{white-space:nowrap}.whole{overflow-wrap:normal;white-space:nowrap}
code,pre{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}
pre{background:var(--soft);padding:.6rem;white-space:pre-wrap}
section.finding{border:1px solid var(--line);border-radius:6px;padding:.2rem 1rem 1rem;margin:1.2rem 0}
.badge{display:inline-block;border:1px solid;border-radius:4px;padding:0 .4rem;font-size:.85em;margin-right:.3rem}
.critical,.badge.critical{color:#b00020}.high,.badge.high{color:#c2410c}.medium,.badge.medium{color:#92700c}.low,.badge.low{color:#2563eb}
.matched{font-weight:700}.quiet{opacity:.75}
ul.tree,ul.tree ul{list-style:none;border-left:1px solid var(--line);padding-left:1rem}
svg{width:100%;height:auto;margin:.6rem 0}
svg text{font:12px system-ui,sans-serif;fill:currentColor}svg .axis{font-size:11px}
svg .lane{stroke:currentColor;stroke-opacity:.3}svg circle{fill:Canvas;stroke:currentColor;stroke-width:1.6}
svg .missing{stroke-dasharray:3 3}
svg rect{fill:var(--soft);stroke:var(--line)}svg .connection rect{fill:none}svg .branch{fill:none;stroke:var(--line)}
svg .label{font:12px ui-monospace,monospace}svg .finding{font-size:11px;font-weight:700}
table.facts th{width:8.5rem}
svg .critical,svg .high,svg .medium,svg .low{stroke:none}
svg .critical circle,svg .high circle,svg .medium circle,svg .low circle{stroke:currentColor;stroke-width:1.8}
@media (prefers-color-scheme:dark){.critical,.badge.critical{color:#ff6b81}.high,.badge.high{color:#fb923c}.medium,.badge.medium{color:#facc15}.low,.badge.low{color:#7aa7ff}}
@page{size:A4;margin:14mm 12mm}
@media print{:root{color-scheme:light}body{max-width:none;margin:0;padding:0 1px;font-size:8.5pt}thead{display:table-header-group}p{orphans:3;widows:3}h1,h2,h3,h4{break-after:avoid}tr,svg,li{break-inside:avoid}section.finding{box-decoration-break:clone}}
`;
