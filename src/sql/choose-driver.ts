import type { Resolved, ResolvedLeaf } from "./resolved.ts";

/** The leaves whose indexes give a superset of the answer: one, or several whose rows are united. */
export interface Driver {
  readonly leaves: readonly ResolvedLeaf[];
  /** Events they select, at most. */
  readonly events: number;
}

/**
 * The cheapest way into a condition: among the operands of its top-level `and` the one with the fewest events; an `or`
 * drives where each of its branches does. Null where every way is a scan.
 */
export function chooseDriver(condition: Resolved): Driver | null {
  switch (condition.kind) {
    case "set":
      return condition.events === null || condition.orMissing
        ? null
        : { leaves: [condition], events: condition.events };
    case "events":
      return { leaves: [condition], events: condition.size };
    case "and": {
      let best: Driver | null = null;
      for (const operand of condition.operands) {
        const driver = chooseDriver(operand);
        if (driver !== null && (best === null || driver.events < best.events)) best = driver;
      }
      return best;
    }
    case "or": {
      const leaves: ResolvedLeaf[] = [];
      let events = 0;
      for (const operand of condition.operands) {
        const driver = chooseDriver(operand);
        if (driver === null) return null;
        leaves.push(...driver.leaves);
        events += driver.events;
      }
      return { leaves, events };
    }
    case "constant":
      return condition.value ? null : { leaves: [], events: 0 };
    case "not":
    case "row":
    case "present":
    case "range":
    case "function":
      return null;
  }
}
