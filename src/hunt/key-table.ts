/** The value of one key position: comparable with `===` among all stages; null only for optional keys. */
export type KeyPart = string | number | null;

type Node = Map<KeyPart, Node | number>;

/** Join keys as small dense numbers, 0, 1, 2 ... in order of first use: a machine per key is then a place in a list. */
export class KeyTable {
  private readonly positions: number;
  private readonly root: Node = new Map();
  private readonly parts: KeyPart[] = [];
  private count = 0;

  constructor(positions: number) {
    this.positions = positions;
  }

  get size(): number {
    return this.count;
  }

  /** The number of a key, one part per position. */
  intern(parts: readonly KeyPart[]): number {
    if (this.positions === 0) {
      this.count = 1;
      return 0;
    }
    let node = this.root;
    const last = this.positions - 1;
    for (let position = 0; position < last; position++) {
      const part = parts[position] ?? null;
      let next = node.get(part);
      if (typeof next !== "object") {
        next = new Map();
        node.set(part, next);
      }
      node = next;
    }
    const part = parts[last] ?? null;
    const known = node.get(part);
    if (typeof known === "number") return known;
    node.set(part, this.count);
    for (let position = 0; position <= last; position++) this.parts.push(parts[position] ?? null);
    return this.count++;
  }

  /** The parts of a key. */
  partsOf(key: number): readonly KeyPart[] {
    return this.parts.slice(key * this.positions, (key + 1) * this.positions);
  }
}
