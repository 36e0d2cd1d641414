// The figure of all cells, the menu beside it, the cell that was clicked, and the table.
const KINDS = {fields, dots, curves, parallel};
const CONFIG = {responsive: false, displaylogo: false, displayModeBar: 'hover',
  modeBarButtonsToRemove: ['lasso2d', 'select2d', 'sendChartToCloud'], toImageButtonOptions: {format: 'svg'}};

const PAPER = 680;  // pixels that a sheet is wide: a page that is printed gets no time to fit its figures to it

async function explore() {
  const source = JSON.parse(document.getElementById('cells-data').textContent);
  const cells = await Cells.read(source);
  const about = document.getElementById('cell'), table = new Table(document.getElementById('table'), cells, source, choose);
  if (source.view) await draw();
  document.documentElement.dataset.explored = 'yes';

  function choose(row) {
    table.chosen = row;
    table.draw();
    about.replaceChildren(...detail(cells, source, row));
    about.hidden = false;
  }

  async function draw() {
    const view = source.view, place = document.getElementById('explored'), menu = document.getElementById('shown');
    if (view.group) view.codes = await unpacked(view.group, cells.count);
    const note = document.getElementById('note');
    const again = async (width = place.clientWidth) => {
      const option = view.menu[menu.value];
      const {traces, layout, note: text} = KINDS[view.kind](view, option, cells, source, width);
      layout.width = width;
      note.textContent = text;
      place.style.height = `${layout.height}px`;
      await Plotly.react(place, traces, layout, CONFIG);
    };
    menu.addEventListener('change', () => again());
    await again();
    place.on('plotly_click', event => {
      const row = event.points.map(point => point.customdata).find(row => Number.isInteger(row) && row >= 0);
      if (row !== undefined) choose(row);
    });
    addEventListener('beforeprint', () => again(PAPER));
    addEventListener('afterprint', () => again());
    let waiting;
    new ResizeObserver(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { if (place.clientWidth !== place.layout.width) again(); }, 100);
    }).observe(place);
  }
}

const others = change => document.querySelectorAll('.figure').forEach(place => Plotly.relayout(place, change));
addEventListener('beforeprint', () => others({width: PAPER, autosize: false}));
addEventListener('afterprint', () => others({width: null, autosize: true}));
addEventListener('DOMContentLoaded', explore);
