import type { JoinKey } from "./engine-result.ts";

const NUMBER = /^-?\d+(\.\d+)?$/;

/** The order of join keys: position by position, null first, numbers by value, other texts by their UTF-8 bytes. */
export function compareJoinKeys(a: readonly JoinKey[], b: readonly JoinKey[]): number {
  for (let index = 0; index < a.length; index++) {
    const order = comparePart(a[index] ?? null, b[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: JoinKey, b: JoinKey): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (NUMBER.test(a) && NUMBER.test(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
