// Where a box is at a moment: the same rule as the program that draws (drawing.py). Times
// are milliseconds, places are pixels of the original: [left, top, width, height].
export const LEAST = 4;
const [AT, X] = [0, 1];

export function placeAt(box, moment) {
  if (moment < box.begin || moment > box.end) return null;
  const after = box.keys.findIndex((key) => key[AT] > moment);
  if (after <= 0) return (after ? box.keys.at(-1) : box.keys[0]).slice(X);
  const [a, b] = [box.keys[after - 1], box.keys[after]];
  const part = (moment - a[AT]) / (b[AT] - a[AT]);
  return a.slice(X).map((side, n) => Math.round(side + (b[n + 1] - side) * part));
}

// A place drawn at a moment is a key there; a box that had not begun begins then.
export function setPlace(box, moment, place) {
  box.begin = Math.min(box.begin, moment);
  box.end = Math.max(box.end, moment);
  box.keys = box.keys.filter((key) => key[AT] !== moment);
  box.keys.push([moment, ...place]);
  box.keys.sort((a, b) => a[AT] - b[AT]);
}

export function forgetPlace(box, moment) {
  const left = box.keys.filter((key) => key[AT] !== moment);
  if (left.length) box.keys = left;
}

// A new beginning or end; the places at the edges are kept, those outside go.
export function setTime(box, name, moment, length) {
  const begin = name === "begin" ? Math.min(moment, box.end) : box.begin;
  const end = name === "end" ? Math.max(moment, box.begin) : box.end;
  const edge = (at) => [at, ...placeAt({ ...box, begin: 0, end: length }, at)];
  let keys = box.keys.filter((key) => key[AT] >= begin && key[AT] <= end);
  if (box.keys[0][AT] < begin && keys[0]?.[AT] !== begin) keys = [edge(begin), ...keys];
  if (box.keys.at(-1)[AT] > end && keys.at(-1)?.[AT] !== end) keys = [...keys, edge(end)];
  Object.assign(box, { begin, end, keys });
}

// Whole pixels inside of the picture.
export function fitted([left, top, width, height], wide, high) {
  const w = Math.min(wide, Math.max(LEAST, Math.round(width)));
  const h = Math.min(high, Math.max(LEAST, Math.round(height)));
  const inside = (at, most) => Math.max(0, Math.min(most, Math.round(at)));
  return [inside(left, wide - w), inside(top, high - h), w, h];
}
