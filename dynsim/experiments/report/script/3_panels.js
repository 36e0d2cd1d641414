// Small multiples: as many columns as the window has room for, axes that match, a name above each panel.
const GAP = {x: 28, top: 62, row: 50, bottom: 56, left: 64, right: 110};

function panels(view, names, width, style, height) {
  const count = names.length, room = width - GAP.left - GAP.right;
  const columns = Math.max(1, Math.min(count, count === 4 ? 2 : 3, Math.floor(room / 250)));
  const rows = Math.ceil(count / columns), inner = rows * height + (rows - 1) * GAP.row;
  const layout = {...style.layout, annotations: [], height: inner + GAP.top + GAP.bottom,
    margin: {l: GAP.left, r: GAP.right, t: GAP.top, b: GAP.bottom},
    legend: {orientation: 'h', x: 0, xanchor: 'left', y: 1 + 26 / inner, yanchor: 'bottom'}};
  const gap = GAP.x / room, wide = (1 - (columns - 1) * gap) / columns;
  names.forEach((name, k) => {
    const row = Math.floor(k / columns), column = k % columns, end = suffix(k);
    const left = column * (wide + gap), right = left + wide;
    const top = 1 - row * (height + GAP.row) / inner, last = k + columns >= count;
    layout[`xaxis${end}`] = {...view.x.layout, domain: [left, right], anchor: `y${end}`, matches: k ? 'x' : undefined,
      title: last ? view.x.layout.title : {text: ''}, showticklabels: last};
    layout[`yaxis${end}`] = {...view.y.layout, domain: [Math.max(top - height / inner, 0), top], anchor: `x${end}`,
      matches: k ? 'y' : undefined, title: column === 0 ? view.y.layout.title : {text: ''}, showticklabels: column === 0, automargin: column === 0};
    if (name) layout.annotations.push({text: name, x: left, y: top, xref: 'paper', yref: 'paper', xanchor: 'left',
      yanchor: 'bottom', showarrow: false, yshift: 3, font: {size: 13}});
  });
  return layout;
}

const suffix = place => place === 0 ? '' : String(place + 1);

// Entries of the legend that no trace has of its own.
const entry = (name, marker) => ({type: 'scatter', mode: 'markers', x: [null], y: [null], name, legendgroup: name, showlegend: true,
  hoverinfo: 'skip', marker: {symbol: 'square', size: 12, line: {width: 1, color: '#6b7280'}, ...marker}});

const STATES = {
  failed: entry('failed', {symbol: 'square-x', color: '#d7dae0', line: {width: 1, color: '#1f2328'}}),
  undefined: entry('no value', {color: '#e9ebee'}),
  missing: entry('not simulated', {color: '#ffffff'}),
};
