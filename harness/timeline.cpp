#include <boost/json.hpp>

#include <troupe/harness/report.hpp>

namespace troupe::harness {

namespace {

// The page reads `run`, which stands before it. Lanes go down, time goes to the right.
constexpr std::string_view page_start = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>troupe-fault</title><style>
body { font: 13px system-ui, sans-serif; margin: 1.5em; color: #222; background: #fff; }
h1 { font-size: 1.3em; } code, pre { font: 12px ui-monospace, monospace; }
.scroll { overflow-x: auto; border: 1px solid #ddd; }
.broken { background: #fdecea; border-left: 4px solid #c62828; padding: .6em 1em; }
.held { background: #edf7ed; border-left: 4px solid #2e7d32; padding: .6em 1em; }
table { border-collapse: collapse; } td, th { text-align: left; padding: 2px 10px; }
tr:nth-child(even) { background: #f6f6f6; } #detail { min-height: 2.5em; }
svg text { font: 11px system-ui, sans-serif; } circle { cursor: pointer; }
</style></head><body><h1></h1><p id="verdict"></p>
<p><label>scale <input id="scale" type="range" min="0" max="100" value="40"></label>
<span><svg width="12" height="12"><circle cx="6" cy="6" r="4" fill="#1565c0"/></svg> event
<svg width="12" height="12"><rect x="2" y="2" width="8" height="8" fill="#ef6c00"/></svg> fault
<svg width="12" height="12"><circle cx="6" cy="6" r="5" fill="#c62828"/></svg> violation
<svg width="30" height="12"><path d="M2 6H26" stroke="#90a4ae"/></svg> message</span></p>
<div class="scroll"><svg id="lanes"></svg></div><p id="detail">Point at an event.</p>
<h2>Faults</h2><table id="faults"><tr><th>armed<th>fired<th>outcome<th>rule</table>
<h2>Scenario</h2><pre id="scenario"></pre><script>
const run = )page";

constexpr std::string_view page_end = R"page(;
const at = (id) => document.getElementById(id);
document.querySelector('h1').textContent =
  `seed ${run.seed}, ${run.simulated ? `trace ${run.hash}` : 'real sockets'}, troupe ${run.revision}`;
const verdict = at('verdict');
verdict.className = run.violation ? 'broken' : 'held';
verdict.textContent = run.violation
  ? `${run.violation.invariant}: ${run.violation.text}` : 'every guarantee held';
const events = run.events || [];
// Clients above, then what they are on the server: their actors, then who serves them all.
const ranks = ['client', 'actor', 'broadcaster', 'server', 'faults', 'oracle'];
const rank = (lane) => ranks.indexOf(lane.split(' ')[0]) >>> 0;
const lanes = [...new Set(events.map((e) => e.lane))].sort((a, b) =>
  rank(a) - rank(b) || a.localeCompare(b, 'en', {numeric: true}));
const svg = at('lanes'), ns = svg.namespaceURI, left = 110, height = 34;  // px
function add(name, attributes, text) {
  const made = document.createElementNS(ns, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text) made.textContent = text;
  return svg.appendChild(made);
}
function draw() {
  svg.replaceChildren();
  const first = events.length ? events[0].at : 0;
  const last = events.length ? events[events.length - 1].at : 1;
  const wide = Math.max(900, 900 * Math.pow(30, at('scale').value / 100 - 0.4));
  // Half by time, half by rank: bursts stay legible.
  const x = (e, i) => left + 20 + (wide - left - 60) *
    (0.5 * (e.at - first) / Math.max(1, last - first) + 0.5 * i / Math.max(1, events.length - 1));
  const y = (lane) => 30 + lanes.indexOf(lane) * height;
  svg.setAttribute('width', wide); svg.setAttribute('height', 50 + lanes.length * height);
  for (const lane of lanes) {
    add('text', {x: 6, y: y(lane) + 4}, lane);
    add('path', {d: `M${left} ${y(lane)}H${wide - 10}`, stroke: '#ddd'});
  }
  const place = new Map(events.map((e, i) => [e.number, [x(e, i), y(e.lane)]]));
  for (const e of events) {
    const from = place.get(e.cause), to = place.get(e.number);
    if (!from) continue;
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]], size = Math.hypot(dx, dy) || 1;
    add('path', {d: `M${from}L${to}`, stroke: '#90a4ae', 'stroke-width': 0.8});
    const [ux, uy] = [dx / size, dy / size], [tx, ty] = [to[0] - ux * 5, to[1] - uy * 5];
    add('path', {d: `M${tx} ${ty}l${-ux * 6 - uy * 3} ${-uy * 6 + ux * 3}l${uy * 6} ${-ux * 6}z`, fill: '#90a4ae'});
  }
  const labelled = {};  // Where the last label of a lane ends: what would stand on it is left out.
  events.forEach((e, i) => {
    const [cx, cy] = place.get(e.number);
    const mark = e.what === 'fault' || e.what === 'heal'
      ? add('rect', {x: cx - 5, y: cy - 5, width: 10, height: 10, fill: '#ef6c00'})
      : add('circle', {cx, cy, r: e.what === 'violation' ? 7 : 4, fill: e.what === 'violation' ? '#c62828' : '#1565c0'});
    const label = e.what === 'fault' ? e.text : e.what === 'heal' ? `heal ${e.text}` : '';
    if (label && cx > (labelled[e.lane] ?? 0)) {
      add('text', {x: cx - 5, y: cy - 9, fill: '#bf360c'}, label);
      labelled[e.lane] = cx + 7 * label.length;
    }
    mark.addEventListener('mouseover', () => { at('detail').textContent =
      `${(e.at / 1e6).toFixed(6)} s, ${e.lane}: ${e.what} ${e.text}`; });
  });
}
at('scale').addEventListener('input', draw);
for (const f of run.faults) {
  const row = at('faults').insertRow();
  for (const text of [f.armed, f.fired, f.outcome, JSON.stringify(f.rule)]) row.insertCell().textContent = text;
}
at('scenario').textContent = JSON.stringify(run.scenario, null, 1);
draw();
</script></body></html>
)page";

}  // namespace

std::string timeline(const run_result& result) {
  run_result shown = result;
  if (!shown.broken) shown.broken.emplace();  // So that the events are told.
  boost::json::value told = boost::json::parse(json_report({&shown, 1}));
  boost::json::object& run = told.as_array().front().as_object();
  if (!result.broken) run.erase("violation");
  std::string text = boost::json::serialize(run);
  // Nothing in it may end the script.
  for (std::size_t at = 0; (at = text.find("</", at)) != text.npos; at += 3)
    text.replace(at, 2, "<\\/");
  return std::string(page_start) + text + std::string(page_end);
}

}  // namespace troupe::harness
