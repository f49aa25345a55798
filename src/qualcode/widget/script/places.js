// Places: messages count code points, as Python does; the browser counts UTF-16 units. Half-open on both sides.

export function astralsOf(text) {
  const found = [];
  for (let i = 0; i + 1 < text.length; i++) if (text.codePointAt(i) > 0xffff) found.push(i++);
  return found;
}
export function below(sorted, test) {
  let low = 0, high = sorted.length;
  while (low < high) { const mid = (low + high) >> 1; if (test(sorted[mid], mid)) low = mid + 1; else high = mid; }
  return low;
}
export const toPoints = (astrals, unit) => unit - below(astrals, a => a < unit);
export const toUnits = (astrals, point) => point + below(astrals, (a, n) => a - n < point);
export const low = c => c >= 0xdc00 && c < 0xe000, high = c => c >= 0xd800 && c < 0xdc00;
