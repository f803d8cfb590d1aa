/** Sorts `ids[0, size)`: lists are short, and mostly in order. */
export function sortIds(ids: Int32Array, size: number): void {
  if (size > 32) {
    ids.subarray(0, size).sort();
    return;
  }
  for (let index = 1; index < size; index++) {
    const id = ids[index] as number;
    let at = index - 1;
    while (at >= 0 && (ids[at] as number) > id) {
      ids[at + 1] = ids[at] as number;
      at -= 1;
    }
    ids[at + 1] = id;
  }
}
