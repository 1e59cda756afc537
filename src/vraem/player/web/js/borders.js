/* Limits of districts and regions: edges between cells, chained into lines and rounded. */

/** Lines [{region: bool, path: [[x, y], ...]}] in km. */
export function borders(place) {
  const regionOf = place.districts.map((district) => district.region);
  const name = (id) => (id > 0 ? regionOf[id - 1] : "");
  const district = (row, col) => (row < 0 || col < 0 || row >= place.rows || col >= place.cols ? -1 : place.district[row * place.cols + col]);
  const kinds = { region: new Map(), district: new Map() };
  for (let row = 0; row <= place.rows; row += 1) {
    for (let col = 0; col <= place.cols; col += 1) {
      const here = district(row, col);
      for (const [other, from, to] of [
        [district(row, col - 1), [col, row], [col, row + 1]],
        [district(row - 1, col), [col, row], [col + 1, row]],
      ]) {
        if (here < 0 || other < 0 || here === other) continue;
        const kind = name(here) !== name(other) ? kinds.region : kinds.district;
        join(kind, from, to);
        join(kind, to, from);
      }
    }
  }
  const lines = [];
  for (const [kind, edges] of Object.entries(kinds)) {
    for (const chain of chained(edges)) {
      const path = chain.map(([col, row]) => [col * place.cellKm, row * place.cellKm]);
      lines.push({ region: kind === "region", path: rounded(rounded(middles(path))) });
    }
  }
  return lines;
}

function key([x, y]) {
  return x * 1000 + y;
}

function join(edges, from, to) {
  const here = edges.get(key(from)) ?? { at: from, to: [] };
  here.to.push(to);
  edges.set(key(from), here);
}

/** Corners joined by edges, as chains that end where three meet or where nothing goes on. */
function* chained(edges) {
  const used = new Set();
  const edge = (a, b) => `${Math.min(key(a), key(b))}-${Math.max(key(a), key(b))}`;
  const corners = [...edges.values()].sort((a, b) => (b.to.length === 2) - (a.to.length === 2) || 0).reverse();
  for (const corner of corners) {
    for (const first of corner.to) {
      if (used.has(edge(corner.at, first))) continue;
      const chain = [corner.at];
      let next = first;
      while (next) {
        used.add(edge(chain.at(-1), next));
        chain.push(next);
        const here = edges.get(key(next));
        next = here.to.length === 2 ? here.to.find((to) => !used.has(edge(here.at, to))) : null;
      }
      yield chain;
    }
  }
}

/** The middles of the edges, between the two ends: takes the steps of the cells away. */
function middles(path) {
  const between = path.slice(1).map((point, i) => [(point[0] + path[i][0]) / 2, (point[1] + path[i][1]) / 2]);
  return [path[0], ...between, path.at(-1)];
}

/** Chaikin's corner cutting; the ends stay. */
function rounded(path) {
  const out = [path[0]];
  for (let i = 0; i < path.length - 1; i += 1) {
    const [a, b] = [path[i], path[i + 1]];
    out.push([0.75 * a[0] + 0.25 * b[0], 0.75 * a[1] + 0.25 * b[1]], [0.25 * a[0] + 0.75 * b[0], 0.25 * a[1] + 0.75 * b[1]]);
  }
  out.push(path.at(-1));
  return out;
}
