// Curves along one axis: a colour for each variant or category, or a panel for each and a colour for each verdict.
const WIDE = 1;  // the most curves that also show their widest band

function curves(view, option, cells, source, width) {
  const all = option.each, names = all ? view.groups : [''];
  const series = all
    ? view.groups.flatMap((_, group) => all.map(one => ({...one, group, panel: group, option: one, dash: 'solid'})))
    : view.groups.map((name, group) => ({...option, ...view.looks[group], name, group, panel: 0, option}));
  const traces = series.flatMap((one, k) => curve(view, one, cells, !all && view.groups.length > 1, series.length));
  if (all) all.forEach(one => traces.push({...entry(one.name, {color: one.colour, symbol: 'circle'})}));
  const lost = failures(view, cells, names.length);
  traces.push(...lost);
  if (lost.length) traces.push(STATES.failed);
  const share = all || option.share;
  const y = {...source.style.axis, title: {text: all ? 'share of replicas' : escaped(option.label), standoff: 8},
    ...(share ? {range: [-0.03, 1.03], tickformat: '.0%'} : {exponentformat: 'power'})};
  const drawn = {...view, y: {layout: y}};
  const layout = panels(drawn, names, width, source.style, names.length === 1 ? 380 : 220);
  layout.margin.r = 20;
  layout.shapes = thresholds(view, layout, all);
  if (!share) clip(layout, option, cells);
  return {traces, layout, note: ''};
}

function curve(view, one, cells, listed, total) {
  const rows = [];
  for (let row = 0; row < cells.count; row++) if (view.codes[row] === one.group) rows.push(row);
  const at = row => view.x.category ? cells.codes(view.x.column)[row] : cells.value(view.x.column, row);
  rows.sort((a, b) => at(a) - at(b));
  const axes = {type: 'scatter', xaxis: `x${suffix(one.panel)}`, yaxis: `y${suffix(one.panel)}`, legendgroup: one.name};
  const column = name => rows.map(row => cells.lacks(name, row) ? null : cells.value(name, row));
  const y = column(one.column), shift = view.x.category && total > 1 ? 0.5 * (one.group + 0.5) / view.groups.length - 0.25 : 0;
  const x = rows.map(row => at(row) + shift);
  const bands = one.bands.filter((band, k) => one.share || k > 0 || total <= WIDE || one.bands.length === 1)
    .filter(band => band.every(name => cells.has(name)));
  const traces = view.x.category
    ? bands.map(([low, high], k) => bars(axes, one, x, column(low), column(high), 1.5 + 2.5 * k))
    : bands.flatMap(([low, high]) => ribbons(axes, one, x, column(low), column(high)));
  const text = rows.map(row => `${one.name ? `${one.name}: ` : ''}<b>${read(one.option, cells, row)}</b><br>` +
    `${view.x.name} = ${escaped(shown(cells.value(view.x.column, row)))} · cell ${cells.value('cell', row)}`);
  return [...traces, {...axes, x, y, name: one.name, showlegend: listed, customdata: rows, text, hoverinfo: 'text',
    mode: view.x.category ? 'markers' : 'lines+markers', connectgaps: false, line: {color: one.colour, width: 2, dash: one.dash},
    marker: {color: one.colour, size: view.x.category ? 9 : x.length > 60 ? 3 : 6, line: {width: 1, color: '#ffffff'}}}];
}

// A band breaks where a value is missing: a ribbon for every stretch without gaps.
function ribbons(axes, one, x, low, high) {
  const found = [], known = k => low[k] !== null && high[k] !== null;
  for (let start = 0; start < x.length; start++) {
    if (!known(start)) continue;
    let end = start;
    while (end + 1 < x.length && known(end + 1)) end++;
    const part = values => values.slice(start, end + 1);
    if (start === end) found.push(bars(axes, one, part(x), part(low), part(high), 3));
    found.push({...axes, x: [...part(x), ...part(x).reverse()], y: [...part(high), ...part(low).reverse()], fill: 'toself',
      mode: 'lines', line: {width: 0}, fillcolor: one.colour + '2b', hoverinfo: 'skip', showlegend: false});
    start = end;
  }
  return found;
}

function bars(axes, one, x, low, high, width) {
  const [xs, ys] = [[], []];
  x.forEach((at, k) => { if (low[k] !== null && high[k] !== null) { xs.push(at, at, null); ys.push(low[k], high[k], null); } });
  return {...axes, x: xs, y: ys, mode: 'lines', line: {color: one.colour, width}, hoverinfo: 'skip', showlegend: false};
}

// A dotted upright with a cross for every cell that failed: it has no value, and certainly not 0.
function failures(view, cells, count) {
  const found = Array.from({length: count}, () => ({x: [], rows: []}));
  for (let row = 0; row < cells.count; row++) {
    const panel = count === 1 ? 0 : view.codes[row];
    if (cells.codes('replicas')[row] > 0 || panel >= count || view.codes[row] >= view.groups.length) continue;
    found[panel].x.push(view.x.category ? cells.codes(view.x.column)[row] : cells.value(view.x.column, row));
    found[panel].rows.push(row);
  }
  return found.flatMap(({x, rows}, k) => x.length ? [
    {type: 'scatter', mode: 'lines', x: x.flatMap(at => [at, at, null]), y: x.flatMap(() => [0, 1, null]), hoverinfo: 'skip',
     xaxis: `x${suffix(k)}`, yaxis: `y${101 + k}`, showlegend: false, line: {color: '#9aa1ab', width: 1.2, dash: 'dot'}},
    {type: 'scatter', mode: 'markers', x, y: x.map(() => 0.5),
    xaxis: `x${suffix(k)}`, yaxis: `y${101 + k}`, customdata: rows, hoverinfo: 'text', showlegend: false,
    text: rows.map(row => `<b>failed</b> · cell ${cells.value('cell', row)}`),
    marker: {symbol: 'x-thin', size: 10, line: {width: 2, color: rows.map(row =>
      count === 1 && view.groups.length > 1 ? view.looks[view.codes[row]].colour : '#1f2328')}}}] : []);
}

// The boundary and its interval across the panels; the axis of the crosses.
function thresholds(view, layout, all) {
  const shapes = [];
  Object.keys(layout).filter(key => key.startsWith('yaxis')).forEach(key => {
    const place = Number(key.slice(5) || 1) - 1;
    layout[`yaxis${101 + place}`] = {overlaying: `y${suffix(place)}`, anchor: `x${suffix(place)}`, range: [0, 1], visible: false,
      fixedrange: true};
  });
  for (const line of view.boundary) {
    const panel = all ? line.group : 0, colour = all || view.groups.length === 1 ? '#1f2328' : view.looks[line.group].colour;
    const common = {xref: `x${suffix(panel)}`, yref: `y${suffix(panel)} domain`, y0: 0, y1: 1};
    line.points[0].forEach((x, k) => {
      if (line.low && line.high) shapes.push({...common, type: 'rect', x0: line.low[0][k], x1: line.high[0][k], fillcolor: colour, opacity: 0.18,
        line: {width: 0}, layer: 'below'});
      shapes.push({...common, type: 'line', x0: x, x1: x, line: {color: colour, width: 1.6, dash: 'dash'}});
    });
    if (line.points[0].length) layout.annotations.push({...common, x: place(view, line.points[0][0]), y: 1, yanchor: 'bottom',
      xanchor: 'center', text: shown(line.points[0][0]), showarrow: false, font: {size: 12, color: colour}});
  }
  return shapes;
}

const place = (view, x) => view.x.layout.type === 'log' ? Math.log10(x) : x;

function clip(layout, option, cells) {
  const {low, high, cut} = bulk([...cells.numbers.get(option.column)]);
  if (cut) layout.yaxis.range = [low - 0.06 * (high - low), high + 0.06 * (high - low)];
}
