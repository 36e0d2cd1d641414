// Colours of numbers: their bulk decides the range, so that a runaway does not flatten the others.
function bulk(values) {
  const known = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (!known.length) return {low: 0, high: 1, cut: false};
  const at = part => known[Math.round(part * (known.length - 1))];
  const [first, last] = [at(0.02), at(0.98)], width = last - first;
  let [low, high] = [known[0], known[known.length - 1]];
  const cut = width > 0 && (low < first - 3 * width || high > last + 3 * width);
  if (cut) [low, high] = [Math.max(low, first - width), Math.min(high, last + width)];
  if (low === high) [low, high] = [low - 0.5 * Math.abs(low || 1), high + 0.5 * Math.abs(high || 1)];
  return {low, high, cut};
}

// The scale of an option: steps for verdicts, 0 to 1 for shares, else the bulk of the values.
function coloured(option, values, source) {
  if (option.column === 'commonest') {
    const looks = source.verdicts, n = looks.length;
    const scale = looks.flatMap((one, k) => [[k / n, one.colour], [(k + 1) / n, one.colour]]);
    return {colorscale: scale, cmin: -0.5, cmax: n - 0.5, showscale: false};
  }
  const {low, high, cut} = option.share ? {low: 0, high: 1, cut: false} : bulk([...values]);
  return {colorscale: source.style.colours, cmin: low, cmax: high, showscale: true, cut,
    colorbar: {thickness: 12, outlinewidth: 0, nticks: 6, len: 1, x: 1.01, tickformat: option.share ? '.0%' : undefined,
      exponentformat: 'power'}};
}

function read(option, cells, row) {
  const lack = cells.lacks(option.column, row);
  if (lack) return lack === 'failed' ? 'failed' : 'no value';
  const value = cells.value(option.column, row);
  return option.share ? percent(value) : shown(value);
}
