#include "plot/page_style.hpp"

namespace mlo::plot {

// Colours: text and bars reach a contrast of 4.5 and 3 on their backgrounds in both schemes; blue
// and orange stay apart under the common colour-vision deficiencies, and the reference is filled
// while the current data are outlined. No rule names an external resource.
const std::string_view kPageStyle = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#1b2430;--soft:#5a6675;--line:#dfe3e9;
--grid:#e9ecf1;--good:#1a7f4b;--good-back:#e5f5ec;--bad:#b3261e;--bad-back:#fdeceb;--accent:#2f5fd0;
--reference:#9aa8ba;--current:#d9650b;--c0:#2f5fd0;--c1:#d9650b;--c2:#8a3ffc;--c3:#1a7f4b;--c4:#007d9c;--c5:#b3261e}
@media (prefers-color-scheme:dark){:root{--page:#12161c;--card:#1a2029;--text:#e6eaf0;--soft:#9aa7b8;--line:#2d3643;
--grid:#28303c;--good:#5fd08f;--good-back:#14301f;--bad:#ff8a80;--bad-back:#3a1b1b;--accent:#7aa7ff;
--reference:#66768c;--current:#ffa04d;--c0:#7aa7ff;--c1:#ffa04d;--c2:#c79bff;--c3:#5fd08f;--c4:#5cc8e0;--c5:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:66rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.05rem;font-weight:600;color:var(--soft);margin:0 0 .75rem}
h2{font-size:1.1rem;margin:2.25rem 0 .75rem}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
a{color:var(--accent)}
.verdict{display:flex;gap:.9rem;align-items:center;padding:1rem 1.25rem;border-radius:.75rem;background:var(--card);border:1px solid var(--line);font-size:1.45rem;font-weight:650;line-height:1.3}
.verdict::before{content:"";flex:none;width:.9rem;height:.9rem;border-radius:50%;background:var(--soft)}
.verdict.good{background:var(--good-back);border-color:transparent;color:var(--good)}
.verdict.good::before{background:var(--good)}
.verdict.bad{background:var(--bad-back);border-color:transparent;color:var(--bad)}
.verdict.bad::before{background:var(--bad);border-radius:.15rem;transform:rotate(45deg)}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.9rem 1.5rem;margin:1.25rem 0 0}
dl.facts dt{color:var(--soft);font-size:.82rem}
dl.facts dd{margin:0;font-weight:550;overflow-wrap:anywhere}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding:.7rem .8rem .2rem}
th,td{padding:.5rem .8rem;text-align:left;border-top:1px solid var(--line);white-space:nowrap}
thead th{border-top:0;color:var(--soft);font-size:.82rem;font-weight:600}
tbody th{font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums}
.tag{display:inline-block;padding:.05rem .6rem;border-radius:1rem;font-size:.82rem;font-weight:600;background:var(--grid);color:var(--soft)}
.tag.good{background:var(--good-back);color:var(--good)}
.tag.bad{background:var(--bad-back);color:var(--bad)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(29rem,100%),1fr));gap:1.1rem;align-items:start}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem 1.1rem;scroll-margin-top:1rem}
.card.bad{box-shadow:inset 4px 0 var(--bad)}
.card header{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
.card p{margin:.2rem 0 .7rem;color:var(--soft);font-size:.88rem}
.key{display:flex;gap:1.5rem;color:var(--soft);font-size:.88rem;margin:0 0 .8rem}
.key span::before{content:"";display:inline-block;width:.95rem;height:.7rem;margin-right:.45rem;border-radius:2px}
.key .is-reference::before{background:var(--reference);opacity:.75}
.key .is-current::before{background:var(--current);opacity:.85}
svg.chart{display:block;width:100%;height:auto}
svg text{fill:var(--soft);font:11px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
svg .label{fill:var(--text);font-size:12px}
svg .value{font-size:10px}
svg .grid{stroke:var(--grid)}
svg .axis{stroke:var(--soft);opacity:.7}
svg .reference{fill:var(--reference);opacity:.75}
svg path.current{fill:var(--current);fill-opacity:.14;stroke:var(--current);stroke-width:1.75;stroke-linejoin:round}
svg rect.current{fill:var(--current);fill-opacity:.85}
svg .hover{fill:var(--text);opacity:0}
svg .hover:hover{opacity:.06}
svg .curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
svg .curve-0{stroke:var(--c0)}svg .curve-1{stroke:var(--c1);stroke-dasharray:6 3}svg .curve-2{stroke:var(--c2);stroke-dasharray:2 4}
svg .curve-3{stroke:var(--c3);stroke-dasharray:9 3 2 3}svg .curve-4{stroke:var(--c4);stroke-dasharray:4 2}svg .curve-5{stroke:var(--c5);stroke-dasharray:1 3}
svg .dot-0{fill:var(--c0)}svg .dot-1{fill:var(--c1)}svg .dot-2{fill:var(--c2)}svg .dot-3{fill:var(--c3)}svg .dot-4{fill:var(--c4)}svg .dot-5{fill:var(--c5)}
details{margin-top:.6rem;font-size:.88rem}
summary{cursor:pointer;color:var(--soft)}
details table{margin-top:.4rem}
details th,details td{padding:.2rem .6rem}
footer{margin-top:2.5rem;color:var(--soft);font-size:.82rem}
@media print{:root{--page:#fff}main{max-width:none;padding:0}.card{break-inside:avoid}details{display:none}}
)css";

}  // namespace mlo::plot
