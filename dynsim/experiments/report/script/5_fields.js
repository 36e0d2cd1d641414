// The phase diagram: fields of a heat map on a lattice of cells, dots where cells are scattered.
const CROSSES = 2500;  // more failed cells are shown by their colour alone

function fields(view, option, cells, source, width) {
  const [xs, ys] = [cells.codes(view.x.column), cells.codes(view.y.column)], group = view.codes;
  const [nx, ny] = [view.x.edges.length - 1, view.y.edges.length - 1], count = view.groups.length;
  const grid = fill => Array.from({length: count}, () => Array.from({length: ny}, () => Array(nx).fill(fill)));
  const [z, state, texts, rows] = [grid(null), grid(null), grid(''), grid(-1)];
  const numbers = cells.numbers.get(option.column), there = new Set();
  for (let row = 0; row < cells.count; row++) {
    const k = group[row];
    if (k >= count) continue;
    const lack = cells.lacks(option.column, row), [x, y] = [xs[row], ys[row]];
    rows[k][y][x] = row;
    if (lack) { state[k][y][x] = lack === 'failed' ? 1 : 0; there.add(lack); } else z[k][y][x] = numbers[row];
    texts[k][y][x] = `${view.x.name} = ${view.x.texts[x]}<br>${view.y.name} = ${view.y.texts[y]}<br>` +
      `<b>${escaped(read(option, cells, row))}</b> · cell ${cells.value('cell', row)}`;
  }
  if (rows.flat(2).includes(-1)) there.add('missing');
  const {colorscale, cmin, cmax, showscale, colorbar, cut} = coloured(option, numbers, source);
  const traces = [], common = {type: 'heatmap', x: view.x.edges, y: view.y.edges, hoverinfo: 'text', hoverongaps: false};
  const lines = width / Math.min(count, 3) / nx > 30 ? 1 : 0;
  for (let k = 0; k < count; k++) {
    const axes = {xaxis: `x${suffix(k)}`, yaxis: `y${suffix(k)}`, customdata: rows[k], text: texts[k]};
    traces.push({...common, ...axes, z: z[k], colorscale, zmin: cmin, zmax: cmax, showscale: showscale && k === 0,
      colorbar, xgap: lines, ygap: lines});
    if (there.has('failed') || there.has('undefined'))
      traces.push({...common, ...axes, z: state[k], zmin: 0, zmax: 1, showscale: false, xgap: lines, ygap: lines,
        colorscale: [[0, '#e9ebee'], [1, '#d7dae0']]});
  }
  traces.push(...crosses(view, state, rows), ...boundaries(view));
  if (option.column === 'commonest')
    source.verdicts.forEach(one => traces.push(entry(one.name, {color: one.colour})));
  for (const name of ['failed', 'undefined', 'missing']) if (there.has(name)) traces.push(STATES[name]);
  const height = count === 1 ? 440 : 280, layout = panels(view, view.groups, width, source.style, height);
  if (!showscale) layout.margin.r = 20;
  for (let k = 0; k < count; k++) {
    Object.assign(layout[`xaxis${suffix(k)}`], {range: ends(view.x), ticks: 'outside'});
    Object.assign(layout[`yaxis${suffix(k)}`], {range: ends(view.y)});
  }
  if (option.column === 'commonest') layout.annotations.push(...names(view, z, source));
  return {traces, layout, note: cut ? 'Colours end at the bulk of the values; cells beyond have the colour of the end.' : ''};
}

// Plotly states the range of a logarithmic axis in powers of ten.
function ends(scale) {
  const limits = [scale.edges[0], scale.edges[scale.edges.length - 1]];
  return scale.layout.type === 'log' ? limits.map(Math.log10) : limits;
}

function middle(scale, k) {
  const [low, high] = [scale.edges[k], scale.edges[k + 1]];
  return scale.layout.type === 'log' ? Math.sqrt(low * high) : (low + high) / 2;
}

function crosses(view, state, rows) {
  const found = [];
  state.forEach((panel, k) => {
    const [x, y, cell] = [[], [], []];
    panel.forEach((line, j) => line.forEach((value, i) => {
      if (value === 1) { x.push(middle(view.x, i)); y.push(middle(view.y, j)); cell.push(rows[k][j][i]); }
    }));
    if (x.length && x.length <= CROSSES)
      found.push({type: 'scatter', mode: 'markers', x, y, customdata: cell, xaxis: `x${suffix(k)}`, yaxis: `y${suffix(k)}`,
        showlegend: false, hoverinfo: 'skip', marker: {symbol: 'x-thin', size: 7, line: {width: 1.4, color: '#1f2328'}}});
  });
  return found;
}

// The boundary: an ink line with a white edge, so that it is seen on every colour.
function boundaries(view) {
  const named = new Set(), styles = ['solid', 'dash', 'dot', 'dashdot'];
  return view.boundary.flatMap(line => {
    const first = !named.has(line.name);
    named.add(line.name);
    const dash = styles[[...named].indexOf(line.name) % styles.length];
    const common = {type: 'scatter', mode: 'lines', x: line.points[0], y: line.points[1], xaxis: `x${suffix(line.group)}`,
      yaxis: `y${suffix(line.group)}`, hoverinfo: 'skip', legendgroup: line.name, name: line.name};
    const ends = [line.low, line.high].filter(Boolean).map(([x, y]) => ({...common, x, y, showlegend: false,
      line: {color: '#ffffff', width: 1.5, dash: 'dot'}}));
    return [...ends, {...common, line: {color: '#ffffff', width: 4}, showlegend: false},
            {...common, line: {color: '#1f2328', width: 2, dash}, showlegend: first}];
  });
}

// The name of every verdict inside its region: at the middle of the largest square of fields that have it.
function names(view, z, source) {
  const found = [];
  z.forEach((panel, k) => {
    const best = new Map(), size = panel.map(line => line.map(() => 0));
    for (let j = 0; j < panel.length; j++) for (let i = 0; i < panel[j].length; i++) {
      const value = panel[j][i];
      if (value === null) continue;
      const same = i && j && panel[j][i - 1] === value && panel[j - 1][i] === value && panel[j - 1][i - 1] === value;
      size[j][i] = 1 + (same ? Math.min(size[j][i - 1], size[j - 1][i], size[j - 1][i - 1]) : 0);
      if (size[j][i] > (best.get(value)?.size ?? 0)) best.set(value, {size: size[j][i], i, j});
    }
    const least = Math.min(panel.length, panel[0].length) / 5;
    for (const [value, {size, i, j}] of best) {
      if (size < least) continue;
      const at = (scale, last) => {
        const [low, high] = [scale.edges[last - size + 1], scale.edges[last + 1]];
        return scale.layout.type === 'log' ? Math.log10(low * high) / 2 : (low + high) / 2;
      };
      const look = source.verdicts[value];
      found.push({text: look.name, x: at(view.x, i), y: at(view.y, j), xref: `x${suffix(k)}`, yref: `y${suffix(k)}`,
        showarrow: false, bgcolor: look.colour, font: {size: 13, color: look.pale ? '#1f2328' : '#ffffff'}, captureevents: false});
    }
  });
  return found;
}
