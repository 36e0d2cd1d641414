// One cell in full, and the table of all cells.
const PAGE = 25;

function detail(cells, source, row) {
  const entries = [], add = (name, value) => entries.push(element('tr', {}, element('th', {}, name), element('td', {}, value)));
  if (source.variants > 1) add('variant', cells.value('variant', row));
  source.axes.forEach(axis => add(axis.name, shown(cells.value(axis.column, row), 7)));
  const finished = cells.codes('replicas')[row], lost = cells.codes('failed')[row];
  add('replicas', shown(finished) + (lost ? `; ${shown(lost)} failed` : ''));
  if (cells.value('message', row)) add('failed because', cells.value('message', row));
  if (finished) {
    for (const one of source.shares) if (cells.has(one.column) && cells.value(one.column, row) > 0)
      add(one.name, percent(cells.value(one.column, row)) + between(cells, row, `${one.column}.low`, `${one.column}.high`, percent, '95 %: '));
    for (const one of source.quantities) add(one.name, statistics(cells, row, one.column));
  }
  const number = cells.value('cell', row), command = source.command.join(number);
  const copy = element('button', {type: 'button', onclick: () => navigator.clipboard?.writeText(command)}, 'copy');
  return [element('h3', {}, `Cell ${number}`), element('table', {}, ...entries),
    element('p', {}, 'To simulate it in full and keep the record:'), element('p', {class: 'command'}, element('code', {}, command), copy)];
}

// "median 0.31 (90 %: 0.2 … 0.5), mean 0.33 ± 0.02"
function statistics(cells, row, column) {
  const at = name => cells.has(`${column}.${name}`) ? cells.value(`${column}.${name}`, row) : NaN;
  const known = name => !Number.isNaN(at(name)), parts = [];
  if (known('median')) parts.push(`median ${shown(at('median'))}` + between(cells, row, `${column}.q05`, `${column}.q95`, shown, '90 %: '));
  if (known('mean')) parts.push(`mean ${shown(at('mean'))}` + (known('se') ? ` ± ${shown(at('se'), 2)}` : ''));
  return parts.join(', ') || 'no finite value';
}

function between(cells, row, low, high, form, about) {
  return cells.has(low) && cells.has(high) && !Number.isNaN(cells.value(low, row))
    ? ` (${about}${form(cells.value(low, row))} … ${form(cells.value(high, row))})` : '';
}

class Table {
  constructor(place, cells, source, choose) {
    Object.assign(this, {place, cells, source, choose, page: 0, by: null, down: false, chosen: -1});
    this.rows = Uint32Array.from(Array(cells.count).keys());
    this.draw();
  }

  sort() {
    const sign = this.down ? -1 : 1, {column, identity} = this.source.table[this.by];
    const value = row => !identity && this.cells.lacks(column, row) ? NaN : this.cells.value(column, row);
    this.rows.sort((a, b) => {  // what has no value is last, whatever the order
      const [x, y] = [value(a), value(b)];
      if (typeof x === 'string' && typeof y === 'string') return sign * x.localeCompare(y) || a - b;
      return Number.isNaN(x) - Number.isNaN(y) || sign * (x - y) || a - b;
    });
    this.draw();
  }

  click(k) {
    this.down = this.by === k && !this.down;
    this.by = k;
    this.page = 0;
    this.sort();
  }

  draw() {
    const heads = this.source.table.map((one, k) => element('th', {scope: 'col', tabindex: 0, onclick: () => this.click(k),
      onkeydown: event => { if (event.key === 'Enter') this.click(k); },
      'aria-sort': this.by === k ? (this.down ? 'descending' : 'ascending') : 'none'},
      one.name + (this.by === k ? (this.down ? ' ▾' : ' ▴') : '')));
    const some = [...this.rows.subarray(this.page * PAGE, (this.page + 1) * PAGE)];
    const lines = some.map(row => element('tr', {tabindex: 0, class: row === this.chosen ? 'chosen' : '',
      onclick: () => this.choose(row), onkeydown: event => { if (event.key === 'Enter') this.choose(row); }},
      ...this.source.table.map(one => this.entry(one, row))));
    const pages = Math.max(Math.ceil(this.rows.length / PAGE), 1);
    const turn = (name, step) => element('button', {type: 'button', onclick: () => { this.page += step; this.draw(); },
      ...(this.page + step < 0 || this.page + step >= pages ? {disabled: ''} : {})}, name);
    this.place.replaceChildren(
      element('div', {class: 'wide'}, element('table', {class: 'cells'}, element('thead', {}, element('tr', {}, ...heads)),
        element('tbody', {}, ...lines))),
      element('p', {class: 'turn'}, turn('‹ previous', -1), ` page ${shown(this.page + 1)} of ${shown(pages)}, `,
        `${shown(this.rows.length, 9)} cells `, turn('next ›', 1)));
  }

  entry(one, row) {
    const lack = one.identity ? '' : this.cells.lacks(one.column, row), value = this.cells.value(one.column, row);
    const text = lack === 'failed' ? 'failed' : lack ? '–' : one.share ? percent(value) : shown(value);
    return element('td', {class: lack || (typeof value === 'number' ? 'number' : '')}, text);
  }
}
