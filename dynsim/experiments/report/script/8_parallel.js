// Parallel coordinates of more than two parameters: an upright line for each, and a line across for each cell. They are
// drawn as curves, because Plotly's own need a graphics card and cannot be clicked.
const SHADES = 12;  // colours of a number
const LAYERS = 8;  // each draws some lines of every colour, so that no colour hides the others
const JITTER = 0.04;  // of the height, at most: cells that share values do not hide each other
const GOLDEN = 0.6180339887;  // its multiples spread evenly, without a period that a grid could have as well
const BELOW = -0.1;  // where lines of cells without a value end

function parallel(view, option, cells, source, width) {
  const rows = Array.from({length: view.rows}, (_, k) => view.rows === cells.count ? k : Math.floor(k * GOLDEN % 1 * cells.count));
  const numbers = cells.numbers.get(option.column), verdict = option.column === 'commonest';
  const {cmin, cmax, cut} = coloured(option, numbers, source);
  const uprights = [...view.dimensions.map(one => upright(one, cells)), last(option, numbers, cmin, cmax, source)];
  const bins = new Map();
  for (const row of rows) {
    const lack = cells.lacks(option.column, row), share = (numbers[row] - cmin) / (cmax - cmin);
    const bin = lack || (verdict ? numbers[row] : Math.max(0, Math.min(SHADES - 1, Math.floor(share * SHADES))));
    if (!bins.has(bin)) bins.set(bin, []);
    bins.get(bin).push(row);
  }
  const traces = [];
  for (let layer = 0; layer < LAYERS; layer++) for (const [bin, those] of bins) {
    const colour = verdict && typeof bin === 'number' ? source.verdicts[bin].colour : shade(bin, source);
    const part = those.filter((_, k) => k % LAYERS === layer);
    if (part.length) traces.push(across(uprights, part, cells, option, bin, colour, rows.length));
  }
  if (verdict) source.verdicts.forEach(one => traces.push(entry(one.name, {color: one.colour})));
  for (const name of ['failed', 'undefined']) if (bins.has(name)) traces.push(STATES[name]);
  const note = cut ? 'The last axis and the colours end at the bulk of the values; cells beyond are at the end.' : '';
  return {traces, layout: uprightLayout(uprights, source, bins, verdict), note};
}

const shade = (bin, source) => typeof bin === 'string' ? '#6b7280' : mixture(source.style.colours, (bin + 0.5) / SHADES);

// The colour at a place from 0 to 1 of a scale of evenly spaced colours.
function mixture(scale, place) {
  const at = place * (scale.length - 1), k = Math.min(Math.floor(at), scale.length - 2);
  const part = (colour, c) => parseInt(colour.slice(2 * c + 1, 2 * c + 3), 16);
  const mixed = [0, 1, 2].map(c => Math.round(part(scale[k][1], c) + (at - k) * (part(scale[k + 1][1], c) - part(scale[k][1], c))));
  return `rgb(${mixed})`;
}

// The upright of a parameter: each cell's height from 0 to 1, and its ticks.
function upright(one, cells) {
  if (one.texts) {
    const high = Math.max(one.texts.length - 1, 1);
    return {label: one.label, at: row => cells.codes(one.column)[row] / high, jitter: Math.min(JITTER, 0.15 / one.texts.length),
      ticks: one.texts.map((text, k) => [k / high, text])};
  }
  const scaled = one.log ? Math.log10 : value => value;
  const at = row => (scaled(cells.value(one.column, row)) - one.low) / (one.high - one.low);
  return {label: one.label, at, jitter: Math.min(JITTER, 0.15 / one.levels),
    ticks: one.ticks.map(tick => [(tick - one.low) / (one.high - one.low), shown(one.log ? 10 ** tick : tick)])};
}

function last(option, numbers, low, high, source) {
  const at = row => Math.max(0, Math.min(1, (numbers[row] - low) / (high - low)));
  if (option.column === 'commonest') return {label: 'verdict', at, jitter: JITTER,
    ticks: source.verdicts.map((one, k) => [(k + 0.5) / source.verdicts.length, one.name])};
  const ticks = Array.from({length: 6}, (_, k) => low + k * (high - low) / 5);
  return {label: option.share ? 'share' : 'value', at, jitter: 0,
    ticks: ticks.map(tick => [(tick - low) / (high - low), option.share ? percent(tick) : shown(tick, 3)])};
}

function across(uprights, rows, cells, option, bin, colour, total) {
  const [x, y, customdata, text] = [[], [], [], []], lost = typeof bin === 'string', end = uprights.length - 1;
  for (const row of rows) {
    uprights.forEach(({at, jitter}, k) => {
      const wiggle = jitter * ((row + 1) * GOLDEN * (k + 1) % 1 - 0.5) * 2;
      x.push(k);
      y.push(lost && k === end ? BELOW : at(row) + wiggle);
      customdata.push(row);
      text.push(`<b>${escaped(read(option, cells, row))}</b> · cell ${cells.value('cell', row)}`);
    });
    x.push(null); y.push(null); customdata.push(null); text.push('');
  }
  return {type: 'scatter', mode: 'lines', x, y, customdata, text, hoverinfo: 'text', showlegend: false, connectgaps: false,
    opacity: lost ? 1 : Math.max(0.3, Math.min(0.9, 120 / total)), line: {color: colour, width: 1.2, dash: lost ? 'dot' : 'solid'}};
}

function uprightLayout(uprights, source, bins, verdict) {
  const end = uprights.length - 1, lost = bins.has('failed') || bins.has('undefined'), ink = '#1f2328';
  const shapes = uprights.map((_, k) => ({type: 'line', x0: k, x1: k, y0: 0, y1: 1, line: {color: ink, width: 1.2}}));
  for (let k = 0; k < SHADES && !verdict; k++)
    shapes.push({type: 'rect', x0: end, x1: end + 0.05, y0: k / SHADES, y1: (k + 1) / SHADES, line: {width: 0}, fillcolor: shade(k, source)});
  const near = {showarrow: false, font: {size: 11, color: ink}, bgcolor: 'rgba(255,255,255,0.75)', borderpad: 0};
  const annotations = uprights.flatMap(({label, ticks}, k) => [
    {x: k, y: 1, yshift: 12, yanchor: 'bottom', text: label, showarrow: false, font: {size: 13, color: ink}},
    ...ticks.map(([y, text]) => ({...near, x: k, y, xanchor: k === end ? 'left' : 'right', xshift: k === end ? (verdict ? 4 : 14) : -4, text})),
  ]);
  if (lost) annotations.push({...near, x: end, y: BELOW, xanchor: 'left', xshift: 4, text: 'no value'});
  return {...source.style.layout, height: 460, shapes, annotations, margin: {l: 64, r: verdict ? 110 : 80, t: 84, b: 20}, hovermode: 'closest',
    legend: {orientation: 'h', x: 0, xanchor: 'left', y: 1.12, yanchor: 'bottom'},
    xaxis: {visible: false, range: [-0.15, end + 0.1], fixedrange: true},
    yaxis: {visible: false, range: [lost ? BELOW - 0.03 : -0.03, 1.03], fixedrange: true}};
}
