/**
 * The names nearest to a misspelt one, best first, at most `limit`. Case is ignored; a name qualifies when few edits
 * (insert, delete, replace, swap of neighbours) lead to it: one for up to four letters, else a quarter of them, at least two. Where
 * nothing is near in that sense, names that end with the whole text, or have it as a part between dots, qualify.
 */
export function suggest(text: string, names: Iterable<string>, limit = 3): readonly string[] {
  const wanted = text.toLowerCase();
  if (wanted === "" || wanted.length > 200) return [];
  const budget = wanted.length <= 4 ? 1 : Math.max(2, Math.floor(wanted.length / 4));
  const near: { name: string; distance: number }[] = [];
  const parts: string[] = [];
  for (const name of names) {
    const candidate = name.toLowerCase();
    if (Math.abs(candidate.length - wanted.length) <= budget) {
      const distance = editDistance(wanted, candidate, budget);
      if (distance <= budget) near.push({ name, distance });
    }
    if (candidate.endsWith(`.${wanted}`)) parts.push(name);
  }
  const byDistance = near
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name))
    .map(({ name }) => name);
  const best = byDistance.length > 0 ? byDistance : parts.sort((a, b) => a.length - b.length || compareText(a, b));
  return best.slice(0, limit);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Edits between `a` and `b` (optimal string alignment); any number above `budget` when there are more. */
export function editDistance(a: string, b: string, budget: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
      smallest = Math.min(smallest, cost);
    }
    if (smallest > budget) return smallest;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
