/** A case that was brought to a newer schema. */
export interface Upgrade {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** The copy of what it was. */
  readonly backup: string;
}

let listener: (upgrade: Upgrade) => void = () => undefined;

/** Who is told of upgrades, which any opening for writing may bring: one for the process, the last one that asked. */
export function whenUpgraded(tell: (upgrade: Upgrade) => void): void {
  listener = tell;
}

/** Tells of an upgrade that is done. */
export function tellUpgrade(upgrade: Upgrade): void {
  listener(upgrade);
}
