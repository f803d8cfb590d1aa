const VERSION = /^(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * Order of version texts (semantics 8): numbers part by part, a pre-release before its release, what is no version after
 * all versions (by text). Zero only for the same text. Negative, zero or positive.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [, numbersA, preA] = VERSION.exec(a) ?? [];
  const [, numbersB, preB] = VERSION.exec(b) ?? [];
  if (numbersA === undefined || numbersB === undefined) {
    if (numbersA === undefined && numbersB === undefined) return compareText(a, b);
    return numbersA === undefined ? 1 : -1;
  }
  return compareParts(numbersA.split("."), numbersB.split(".")) || comparePreRelease(preA, preB) || compareText(a, b);
}

function comparePreRelease(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return compareParts(a.split("."), b.split("."));
}

/** Part by part: numbers before words, numbers by value; of two where one begins the other, the shorter first. */
function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [partA, partB] = [a[index], b[index]];
    if (partA === undefined || partB === undefined) return partA === undefined ? -1 : 1;
    const [numberA, numberB] = [isNumber(partA), isNumber(partB)];
    if (numberA !== numberB) return numberA ? -1 : 1;
    const order = numberA ? compareNumbers(partA, partB) : compareText(partA, partB);
    if (order !== 0) return order;
  }
  return 0;
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Of any length, without turning them into numbers. */
function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return x.length - y.length || compareText(x, y);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
