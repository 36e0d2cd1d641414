// Cells that lie on no lattice, as in a sampled design: a dot each.
const WEBGL = 4000;  // more dots are drawn by the graphics card

function dots(view, option, cells, source, width) {
  const numbers = cells.numbers.get(option.column), found = [], there = new Set();
  const {cut, ...colour} = coloured(option, numbers, source), type = cells.count > WEBGL ? 'scattergl' : 'scatter';
  view.groups.forEach((_, k) => {
    for (const kind of ['', 'undefined', 'failed']) {
      const rows = [];
      for (let row = 0; row < cells.count; row++)
        if (view.codes[row] === k && cells.lacks(option.column, row) === kind) rows.push(row);
      if (!rows.length) continue;
      there.add(kind);
      found.push({type, mode: 'markers', xaxis: `x${suffix(k)}`, yaxis: `y${suffix(k)}`, showlegend: false,
        x: rows.map(row => cells.value(view.x.column, row)), y: rows.map(row => cells.value(view.y.column, row)),
        customdata: rows, hoverinfo: 'text', text: rows.map(row => `<b>${escaped(read(option, cells, row))}</b> · cell ` +
          cells.value('cell', row)),
        marker: kind ? {symbol: kind === 'failed' ? 'x-thin' : 'circle-open', size: 7, color: '#6b7280',
                        line: {width: 1.4, color: kind === 'failed' ? '#1f2328' : '#6b7280'}}
          : {size: 8, color: rows.map(row => numbers[row]), ...colour, showscale: colour.showscale && k === 0,
             line: {width: 0.5, color: '#ffffff'}}});
    }
  });
  found.push(...boundaries(view));
  if (option.column === 'commonest')
    source.verdicts.forEach(one => found.push(entry(one.name, {color: one.colour, symbol: 'circle'})));
  if (there.has('failed')) found.push(STATES.failed);
  if (there.has('undefined')) found.push(STATES.undefined);
  const layout = panels(view, view.groups, width, source.style, view.groups.length === 1 ? 440 : 280);
  return {traces: found, layout, note: cut ? 'Colours end at the bulk of the values; cells beyond have the colour of the end.' : ''};
}
