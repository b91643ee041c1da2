/** The style sheet of every page. Colours are variables, so that one drawing serves light, dark and print. */

import { dark, light, variablesOf } from "./palette.ts";

/** What charts need: also for one that stands alone. */
export const chartStyle = `
.chart{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
.chart text{white-space:pre}
`;

export const style = `
:root{color-scheme:light dark;${variablesOf(light)}}
@media (prefers-color-scheme:dark){:root{${variablesOf(dark)}}}
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;background:var(--ground);color:var(--text);scroll-behavior:smooth;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:70rem;padding:1.5rem 1.25rem 4rem;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .35rem}
h2{font-size:1.25rem;line-height:1.3;margin:2.5rem 0 .75rem;padding-top:.6rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.75rem 0 .25rem}
p{margin:.4rem 0;max-width:65em}
ul{margin:.4rem 0;padding-left:1.3rem}
a{color:var(--link)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
pre{white-space:pre-wrap;background:var(--raised);padding:.6rem .8rem;border-radius:.3rem;margin:.4rem 0}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
main:focus{outline:none}
.skip{position:absolute;left:1rem;top:-6rem;background:var(--ground);padding:.5rem 1rem;border:2px solid var(--link);z-index:1}
.skip:focus{top:.5rem}
.quiet,.note{color:var(--quiet)}
.note{font-size:.9rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;padding:.6rem 0;margin:1.25rem 0 0}
nav a{text-decoration-thickness:1px;text-underline-offset:3px}
.verdicts{display:flex;flex-wrap:wrap;gap:.4rem;margin:.9rem 0 .4rem;padding:0;list-style:none}
.verdicts li{border:2px solid currentColor;border-radius:.35rem;padding:.05rem .65rem;font-weight:600;background:var(--ground)}
.good{color:var(--good)}
.bad{color:var(--bad)}
.warning{color:var(--warning)}
.reasons{list-style:none;padding:0;margin:.5rem 0}
.reasons li{padding:.1rem 0 .1rem 1.4rem;text-indent:-1.4rem}
.reasons li::before{content:attr(data-sign);display:inline-block;width:1.4rem;text-indent:0;font-weight:700}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0;padding:0}
.figures div{background:var(--raised);border-radius:.4rem;padding:.55rem .8rem}
.figures dt{color:var(--quiet);font-size:.85rem;font-weight:400}
.figures dd{margin:0;font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.35}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.25rem 0 .5rem}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{padding:.28rem .75rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap;font-weight:400;vertical-align:top}
thead th{font-weight:600;color:var(--quiet);border-bottom-width:2px;vertical-align:bottom}
th:first-child{padding-left:0;position:sticky;left:0;background:var(--ground)}
th.text,td.text{text-align:left}
.change,.interval{font-size:.85em;color:var(--quiet)}
.change .interval{font-size:1em}
td.wrap,th.wrap{white-space:normal;min-width:9rem;max-width:34rem}
td.words{white-space:normal;overflow-wrap:normal}
tbody tr:hover>*{background:var(--raised)}
dl{margin:.5rem 0}
dl:not(.figures)>div{display:grid;grid-template-columns:minmax(7rem,13rem) minmax(0,1fr);gap:0 1rem;padding:.22rem 0;border-bottom:1px solid var(--rule)}
dt{color:var(--quiet)}
dd{margin:0}
figure{margin:1.25rem 0 1.75rem}
figcaption h3{margin-top:0}
.drawing{min-width:42rem}
.chart{display:block;width:100%;height:auto;overflow:visible}
summary{cursor:pointer;color:var(--link);width:fit-content}
details{margin:.35rem 0}
details.part{border:1px solid var(--rule);border-radius:.4rem;padding:.45rem .9rem;margin:.6rem 0}
details.part>summary{font-weight:600}
.values .scroll{max-height:26rem;overflow:auto}
.values summary{font-size:.9rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
caption.hidden{position:static;display:table-caption;height:0;width:auto;padding:0;font-size:0;line-height:0}
footer{margin-top:3rem;color:var(--quiet);font-size:.85rem}
@media (max-width:34rem){
body{padding:1rem .9rem 3rem}
dl:not(.figures)>div{grid-template-columns:minmax(0,1fr)}
th,td{padding:.28rem .5rem}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{
:root{color-scheme:light;${variablesOf(light)}}
html{font-size:11px;background:#fff}
body{max-width:none;padding:0}
nav,.skip{display:none}
.scroll,.values .scroll{overflow:visible;max-height:none}
.drawing{min-width:0}
h2,h3,figcaption,caption,thead{break-after:avoid}
figure,tr,dl>div,.figures{break-inside:avoid}
th,td{white-space:normal;padding-left:.4rem;padding-right:.4rem}
th:first-child{position:static}
td.wrap,th.wrap{min-width:0;max-width:none;overflow-wrap:anywhere}
details.values:not([open]){display:none}
details.part::details-content{content-visibility:visible;height:auto}
a{color:inherit;text-decoration:none}
@page{margin:14mm}
}
${chartStyle}`;
