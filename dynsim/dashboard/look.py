"""The style sheet of a page, and the script that draws its figures."""

CSS = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #ffffff; color: #1f2328; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto,
  'Helvetica Neue', Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 28px; line-height: 1.25; margin: 8px 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 44px 0 4px; }
header p { max-width: 75ch; margin: 8px 0; overflow-wrap: anywhere; }
.facts, .caption, .empty { color: #57606a; }
.facts { font-size: 15px; }
.caption { font-size: 14px; margin: 0 0 4px; max-width: 110ch; }
.empty { margin: 4px 0; }
.answer { display: grid; grid-template-columns: 11em 1fr; gap: 0 12px; padding: 7px 0; border-top: 1px solid #e5e7eb; }
h3 { font-size: 14px; font-weight: 500; color: #57606a; margin: 2px 0; }
ol { margin: 0; padding: 0; list-style: none; max-width: 100ch; }
li { overflow-wrap: anywhere; }
li + li, details li { margin-top: 5px; }
summary { color: #57606a; font-size: 14px; margin-top: 5px; cursor: pointer; }
#story .answer:first-of-type li:first-child { font-weight: 600; }
.figure { width: 100%; overflow: hidden; }
table { border-collapse: collapse; font-size: 14px; margin-top: 8px; table-layout: fixed; width: 100%; }
th { text-align: left; font-weight: 500; color: #57606a; width: 13em; vertical-align: top; padding: 4px 12px 4px 0; }
td { padding: 4px 0; overflow-wrap: anywhere; }
tr { border-top: 1px solid #e5e7eb; }
@media (max-width: 760px) { main { padding: 12px 12px 40px; } h1 { font-size: 23px; } th { width: 9em; }
  .answer { display: block; } }
@media print { section { break-inside: avoid; } }
"""

# One figure for each animation frame, so that the page stays responsive. The root gets data-drawn after the last one.
SCRIPT = """
(() => {
  const waiting = [...document.querySelectorAll('.figure')];
  const unwanted = ['lasso2d', 'select2d', 'sendChartToCloud'];
  const config = {responsive: true, displaylogo: false, displayModeBar: 'hover', modeBarButtonsToRemove: unwanted};
  const next = () => {
    const place = waiting.shift();
    if (!place) { document.documentElement.dataset.drawn = 'yes'; return; }
    const {data, layout} = JSON.parse(place.nextElementSibling.textContent);
    Plotly.newPlot(place, data, layout, config).then(() => requestAnimationFrame(next));
  };
  requestAnimationFrame(next);
})();
"""
