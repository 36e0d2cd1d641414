// Numbers as Python writes them in the sentences: three or four digits, thousands with commas.
function shown(value, digits = 4) {
  if (typeof value !== 'number') return String(value);
  if (Number.isNaN(value)) return '–';
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return rounded.toExponential(digits - 1).replace(/\.?0+e/, 'e');
  return rounded.toLocaleString('en', {maximumFractionDigits: 12});
}

const percent = value => Number.isNaN(value) ? '–' : `${shown(100 * value, 3)}\u00a0%`;

// Plotly reads markup in texts; a reader's words are shown as they are.
const escaped = text => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
