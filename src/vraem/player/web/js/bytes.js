/* Reads blocks of a tape: the layout is the one of blocks.py, the names and types come from the head of the tape. */

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i2: Int16Array, f4: Float32Array };

/** A typed array that grows as weeks come in. */
export class Growing {
  constructor(kind) {
    this.kind = kind;
    this.values = new ARRAYS[kind](1024);
    this.length = 0;
  }

  append(more) {
    const needed = this.length + more.length;
    if (needed > this.values.length) {
      const larger = new ARRAYS[this.kind](Math.max(needed, 2 * this.values.length));
      larger.set(this.values.subarray(0, this.length));
      this.values = larger;
    }
    this.values.set(more, this.length);
    this.length = needed;
  }
}

class Reader {
  constructor(buffer) {
    this.buffer = buffer;
    this.at = 0;
  }

  take(kind, length) {
    const Kind = ARRAYS[kind];
    if (this.at + length * Kind.BYTES_PER_ELEMENT > this.buffer.byteLength) throw new RangeError("the tape is cut short");
    const array = new Kind(this.buffer, this.at, length);
    this.at += Math.ceil(array.byteLength / 4) * 4;
    return array;
  }
}

/** One block: {first, weeks, series, tables: {name: {counts, fields}}, keyframes: {name: {weeks, fields}}}. */
export function readBlock(buffer, schema, sizes) {
  const reader = new Reader(buffer);
  const [first, weeks] = reader.take("u4", 2);
  const block = { first, weeks, series: [], tables: {}, keyframes: {} };
  for (const _ of schema.series) block.series.push(reader.take("f4", weeks));
  for (const [name, fields] of Object.entries(schema.tables)) {
    const counts = reader.take("u4", weeks);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const found = {};
    for (const [field, kind] of fields) found[field] = total ? reader.take(kind, total) : new ARRAYS[kind](0);
    block.tables[name] = { counts, fields: found };
  }
  for (const [name, keys] of Object.entries(schema.keyframes)) {
    const [count] = reader.take("u4", 1);
    const at = reader.take("u4", count);
    const found = {};
    for (const [field, kind] of keys.fields) found[field] = count ? reader.take(kind, count * sizes[keys.of]) : null;
    block.keyframes[name] = { weeks: at, fields: found };
  }
  return block;
}

/** The bytes of base64 text. */
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text.trim());
  const letters = atob(text.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** What zlib has packed, unpacked. */
export async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Parts of a packed file: each is its length (u4) and its bytes, padded to four. */
export function parts(buffer) {
  const view = new DataView(buffer);
  const found = [];
  for (let at = 0; at < buffer.byteLength; ) {
    const length = view.getUint32(at, true);
    found.push(buffer.slice(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}

export function asJson(buffer) {
  return JSON.parse(new TextDecoder().decode(buffer));
}
