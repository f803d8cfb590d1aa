/**
 * A regular expression for the decimal numbers from `first` to `last`, for Lucene's `<1-31>`.
 * @param digits exact number of digits (leading zeros fill up); 0: any number of leading zeros.
 */
export function numberRangePattern(first: number, last: number, digits: number): string {
  if (digits > 0) return sameLength(pad(first, digits), pad(last, digits)).join("|");
  const options: string[] = [];
  for (let width = String(first).length; width <= String(last).length; width += 1) {
    const least = Math.max(first, width === 1 ? 0 : 10 ** (width - 1));
    options.push(...sameLength(pad(least, width), pad(Math.min(last, 10 ** width - 1), width)));
  }
  return `0*(?:${options.join("|")})`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** Alternatives for all texts of digits between two of the same length. */
function sameLength(first: string, last: string): readonly string[] {
  if (first === last) return [first];
  const a = first.charAt(0);
  const b = last.charAt(0);
  const restA = first.slice(1);
  const restB = last.slice(1);
  if (restA === "") return [`[${a}-${b}]`];
  if (a === b) return sameLength(restA, restB).map((rest) => a + rest);
  const zeros = "0".repeat(restA.length);
  const nines = "9".repeat(restA.length);
  const wholeA = restA === zeros;
  const wholeB = restB === nines;
  const low = Number(a) + (wholeA ? 0 : 1);
  const high = Number(b) - (wholeB ? 0 : 1);
  return [
    ...(wholeA ? [] : sameLength(restA, nines).map((rest) => a + rest)),
    ...(low <= high ? [`[${low}-${high}]${"[0-9]".repeat(restA.length)}`] : []),
    ...(wholeB ? [] : sameLength(zeros, restB).map((rest) => b + rest)),
  ];
}
