/** Style of the scorecard; one accent for each status, which a sign and a word say as well. */
export const STYLE = `
:root{color-scheme:light dark;
--paper:light-dark(#f6f7f8,#111316);--card:light-dark(#fff,#191c20);--sunk:light-dark(#f2f3f5,#131619);
--ink:light-dark(#16191d,#eceef1);--soft:light-dark(#535b66,#a7afba);--line:light-dark(#dfe2e6,#2c3138);
--link:light-dark(#1d55b8,#8ab4ff);
--pass:light-dark(#17703f,#5fca8f);--fail:light-dark(#b3202c,#ff8a8a);--waived:light-dark(#8a5200,#e9b45b);
--attested:light-dark(#1d55b8,#8ab4ff);--open:light-dark(#6b3fb0,#c3a6f7);--none:light-dark(#5c636d,#9aa2ad);
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,Inter,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.2em;text-decoration-thickness:1px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
h1,h2,h3,h4,h5,p,dl,dd,ul,ol,pre{margin:0;padding:0}
ul,ol{list-style:none}
h1,h2,h3,h4,h5{line-height:1.3;text-wrap:pretty}
h2{font-size:1.375rem;font-weight:650;letter-spacing:-.012em}
h3{font-size:1.0625rem;font-weight:650}
h4,h5{font-size:1rem;font-weight:600}
code,pre{font:.8125rem/1.6 var(--mono)}
svg{flex:none;width:1em;height:1em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.skip{position:absolute;left:-99rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.skip:focus{left:1rem;top:1rem}
.wrap{max-width:75rem;margin:auto;padding:0 1.25rem}
.icons{position:absolute}
.soft{color:var(--soft)}.small{font-size:.875rem}
.pass{--c:var(--pass)}.fail{--c:var(--fail)}.waived{--c:var(--waived)}.attested{--c:var(--attested)}.not-verified{--c:var(--open)}.not-applicable{--c:var(--none)}
.cover{background:var(--card);border-bottom:1px solid var(--line);border-top:4px solid var(--c);padding:1.75rem 0 2rem}
.kicker{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;font-size:.875rem;color:var(--soft)}
.kicker b{color:var(--ink);font-weight:600}
h1{margin-top:2rem;display:flex;flex-wrap:wrap;align-items:center;gap:.125rem .75rem;font-size:clamp(1.875rem,1.4rem + 2.4vw,3rem);font-weight:700;letter-spacing:-.025em;color:var(--c)}
h1 span{color:var(--ink);font-weight:400}
h1 svg{stroke-width:2.4;width:.85em;height:.85em}
.target{font-size:1.125rem;margin-top:.375rem}
.reason{max-width:46rem;margin-top:.75rem;font-size:1.0625rem;white-space:pre-line}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem 2rem;margin-top:1.75rem;padding-top:1.25rem;border-top:1px solid var(--line)}
dt{font-size:.8125rem;color:var(--soft)}
.facts dd{font-size:.9375rem}
.page{display:grid;gap:2.75rem;padding-top:2.25rem;padding-bottom:4rem}
main{display:grid;gap:2.75rem;min-width:0}
main>section{display:grid;gap:1rem;min-width:0}
nav{display:none}
@media(min-width:66rem){
.page{grid-template-columns:12.5rem minmax(0,1fr);gap:3.5rem}
nav{display:block;position:sticky;top:2rem;align-self:start;max-height:calc(100vh - 4rem);overflow:auto;font-size:.9375rem}
nav a{display:flex;justify-content:space-between;gap:.5rem;padding:.25rem .5rem;margin-left:-.5rem;border-radius:6px;color:var(--ink);text-decoration:none}
nav a:hover{background:var(--line)}
nav li li a{padding-left:1.25rem;color:var(--soft)}
nav span{display:inline-flex;align-items:center;gap:.25rem;font-variant-numeric:tabular-nums;color:var(--c)}
}
.bar{display:block;width:100%;height:10px;border-radius:5px}
.bar rect{fill:var(--c);stroke:none}
.counts{display:grid;grid-template-columns:repeat(2,1fr);gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.counts li{background:var(--card);padding:.875rem 1rem;box-shadow:0 0 0 1px var(--line)}
.counts b{display:block;font-size:1.75rem;line-height:1.2;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.counts li.zero b{color:var(--soft);font-weight:400}
.counts span,.badge{display:inline-flex;align-items:center;gap:.375rem;font-size:.875rem;color:var(--c);font-weight:600;white-space:nowrap}
.counts li.zero span{font-weight:400;color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px}
.list>li,.fixes li,.fixes summary{padding:.875rem 1.125rem}
.list>li+li,.fixes li+li,.fixes details,.fixes details>*+*{border-top:1px solid var(--line)}
.rest summary{display:flex;align-items:center;gap:.5rem;font-weight:600}
.fix{display:grid;gap:.125rem .875rem;grid-template-columns:minmax(0,1fr) auto}
.fix p{grid-column:1/-1}
.fix a{color:inherit;font-weight:600}
.severity{font-size:.8125rem;color:var(--soft);white-space:nowrap}
.severity.critical,.severity.high{color:var(--ink);font-weight:600}
.changes{display:grid;gap:1px}
.changes>*{padding:.875rem 1.125rem}
.changes>*+*{border-top:1px solid var(--line)}
.changes h3,.changes>details>summary{display:flex;align-items:center;gap:.5rem;font-size:1rem;font-weight:600;color:var(--c)}
.changes ul,.changes .rest{margin-top:.375rem}
.changes ul{display:grid;gap:.25rem}
.tools{display:grid;gap:.75rem;padding:1rem 1.125rem}
.tools[hidden]{display:none}
.tools fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}
.tools legend,.tools label.text{font-size:.8125rem;color:var(--soft);padding:0;margin-bottom:.375rem}
.chip{position:relative;display:inline-flex;align-items:center;gap:.375rem;border:1px solid var(--line);border-radius:99px;padding:.25rem .75rem;font-size:.875rem;color:var(--ink);cursor:pointer}
.chip svg{color:var(--c)}
.chip input{position:absolute;inset:0;opacity:0;margin:0;cursor:pointer}
.chip:hover{border-color:var(--soft)}
.chip:has(:checked){background:var(--ink);border-color:var(--ink);color:var(--card)}
.chip:has(:checked) svg{color:inherit}
.chip:has(:focus-visible){outline:2px solid var(--link);outline-offset:2px}
.row{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end}
.row label{flex:1 1 14rem;display:grid}
input[type=search]{font:inherit;font-size:.9375rem;width:100%;padding:.4375rem .75rem;border:1px solid var(--soft);border-radius:8px;background:var(--paper);color:inherit}
button{font:inherit;font-size:.875rem;padding:.4375rem .875rem;border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--ink);cursor:pointer}
button:hover{border-color:var(--soft)}
.area{display:grid;gap:.625rem;margin-top:.75rem}
.area[hidden],li[hidden]{display:none}
.area header{display:flex;flex-wrap:wrap;gap:.125rem 1rem;align-items:baseline;justify-content:space-between}
summary{cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
.checks>li+li{border-top:1px solid var(--line)}
.checks li>details>summary{display:grid;grid-template-columns:minmax(0,1fr) auto 1rem;gap:.25rem .875rem;padding:.8125rem 1.125rem;align-items:start;border-radius:10px}
.checks .badge{line-height:1.7}
.checks .what{grid-row:2;grid-column:1/-1}
.checks summary .severity{line-height:1.9}
.fold::after{content:"";width:.45rem;height:.45rem;border:solid var(--soft);border-width:0 1.5px 1.5px 0;transform:rotate(45deg);margin:.5rem .125rem 0 auto;flex:none}
details[open]>.fold::after{transform:rotate(-135deg);margin-top:.75rem}
.checks summary:hover h4{text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em}
.checks .what p{color:var(--soft);font-size:.9375rem;white-space:pre-line}
.unselected .badge,.unselected h4{font-weight:400}
.unselected h4{color:var(--soft)}
@media(min-width:44rem){
.checks li>details>summary{grid-template-columns:8.25rem minmax(0,1fr) auto 1rem}
.checks .what{grid-area:auto}
.body{margin-left:10.125rem}
}
.body{padding:.25rem 1.125rem 1.25rem 1.125rem;display:grid;gap:1.25rem;scroll-margin-top:7rem}
@media(min-width:44rem){.body{padding-left:0}}
.finding{display:grid;gap:.625rem;border-left:3px solid var(--c);padding-left:1rem}
.finding>p{white-space:pre-line}
.finding dl,.meta{display:grid;gap:.5rem;font-size:.9375rem}
.finding dd,.meta dd{white-space:pre-line}
@media(min-width:44rem){.finding dl>div,.meta>div{display:grid;grid-template-columns:6.25rem minmax(0,1fr);gap:.75rem}dt{line-height:1.8}}
.do dd{font-weight:600}
pre{white-space:pre-wrap;background:var(--sunk);border:1px solid var(--line);border-radius:8px;padding:.75rem .875rem}
.curl{position:relative;display:grid;gap:.375rem}
.curl button{position:absolute;top:.375rem;right:.375rem;padding:.125rem .625rem;font-size:.8125rem}
.curl:has(button) pre{padding-right:5.5rem}
.evidence summary{display:inline-flex;gap:.5rem;font-size:.9375rem;color:var(--soft)}
.evidence[open] summary{margin-bottom:.5rem}
.evidence div{display:grid;gap:.5rem}
.meta{padding-top:.875rem;border-top:1px solid var(--line);color:var(--soft)}
.body>.meta:first-child{border-top:0;padding-top:0}
.dated{display:grid;gap:.125rem}
.dated p{white-space:pre-line}
.end{border-top:1px solid var(--line);padding:1.25rem 0 2.5rem;font-size:.875rem;color:var(--soft)}
@media(min-width:32rem){.counts{grid-template-columns:repeat(3,1fr)}}
@media(min-width:60rem){.counts{grid-template-columns:repeat(6,auto)}}
.row input,.row button{height:2.375rem}
@media(forced-colors:active){.chip:has(:checked){outline:2px solid}.bar rect{stroke:CanvasText}}
@media print{
:root{color-scheme:light;--paper:#fff}
@page{margin:16mm 14mm}
body{font-size:10pt}
nav,.tools,.skip,button,.fold::after{display:none!important}
.page{display:block;padding-bottom:0}main{gap:1.5rem}
.cover{padding-top:.5rem}h1{margin-top:1rem}
.curl:has(button) pre{padding-right:.875rem}
details::details-content{content-visibility:visible;display:block;block-size:auto}
.area[hidden]{display:grid!important}li[hidden]{display:list-item!important}
h2,h3,h4,h5,summary{break-after:avoid}.finding dl,.counts,.fix,.dated{break-inside:avoid}
a{color:inherit}
}
`;
