// The cells, column by column. Python wrote each column as zlib-compressed planes of bytes (packing.py).
const texts = new TextDecoder();

async function unpacked(column, count) {
  const packed = Uint8Array.from(atob(column.data), letter => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const bytes = new Uint8Array(4 * count);
  for (let plane = 0; plane < 4; plane++)
    for (let k = 0; k < count; k++) bytes[4 * k + plane] = planes[plane * count + k];
  return column.whole ? new Uint32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

// Numbers of every cell by the column's name; where a column has levels, `codes` are their indices.
class Cells {
  constructor(count, columns, numbers) {
    Object.assign(this, {count, columns, numbers});
  }

  static async read(source) {
    const names = Object.keys(source.columns);
    const numbers = await Promise.all(names.map(name => unpacked(source.columns[name], source.count)));
    return new Cells(source.count, new Map(names.map(name => [name, source.columns[name]])),
                     new Map(names.map((name, k) => [name, numbers[k]])));
  }

  has(name) { return this.columns.has(name); }
  codes(name) { return this.numbers.get(name); }

  // What a reader sees: a number or a text.
  value(name, row) {
    const levels = this.columns.get(name).levels, number = this.numbers.get(name)[row];
    return levels ? levels[number] : number;
  }

  // Why a cell has no value: '' if it has one.
  lacks(name, row) {
    if (this.numbers.get('replicas')[row] === 0) return 'failed';
    const value = this.value(name, row);
    return value === '' || Number.isNaN(value) ? 'undefined' : '';
  }
}
