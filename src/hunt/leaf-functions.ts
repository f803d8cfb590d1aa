import type { Value } from "../eql/values.ts";
import type { ComputedLeaf, FieldRef } from "../plan/plan.ts";
import type { StoredField, TimeField } from "../sql/storage.ts";
import type { CaseFile } from "../store/case-file.ts";
import type { ValueReader } from "../store/value-reader.ts";
import { compileLeaf, type LeafEvaluator, toEqlValue } from "./leaf-evaluator.ts";

/** A field of a leaf that some event has. */
export interface PresentField {
  readonly field: FieldRef;
  readonly storage: StoredField | TimeField;
}

/** Decides a leaf for the values SQL hands over: an id or number (null: none) per present field. */
type LeafFunction = (event: bigint, values: readonly unknown[]) => boolean;

/** Bound of the results remembered per leaf. */
const CACHE_SIZE = 200_000;

/**
 * The SQL function `eql_leaf(fn, event, values...)`: leaves over several fields, or over numbers, decided by the
 * evaluator for each event that is left.
 */
export class LeafFunctions {
  private readonly functions: LeafFunction[] = [];
  private readonly reader: ValueReader;

  /** @param reader on another connection: SQLite is busy while it calls. */
  constructor(file: CaseFile, reader: ValueReader) {
    this.reader = reader;
    file.db.function(
      "eql_leaf",
      { varargs: true, safeIntegers: true },
      (fn: unknown, event: unknown, ...values: unknown[]) =>
        this.functions[Number(fn)]?.(event as bigint, values) === true ? 1 : 0,
    );
  }

  /** A leaf as a function; the values come in the order of `present`, fields that no event has are missing. */
  register(leaf: ComputedLeaf, present: readonly PresentField[]): bigint {
    const evaluator = compileLeaf(leaf);
    const [only] = present;
    const decide = this.decider(leaf, evaluator, present);
    const byId = present.length === 1 && only?.storage.kind === "stored" && only.storage.values === "dictionary";
    this.functions.push(byId && only.storage.kind === "stored" && only.storage.column ? remembered(decide) : decide);
    return BigInt(this.functions.length - 1);
  }

  /** Whether the leaf holds when all of its fields are missing. */
  holdsWithoutFields(leaf: ComputedLeaf): boolean {
    return compileLeaf(leaf).holds(leaf.fields.map(() => []));
  }

  private decider(leaf: ComputedLeaf, evaluator: LeafEvaluator, present: readonly PresentField[]): LeafFunction {
    const positions = present.map(({ field }) => leaf.fields.findIndex((candidate) => candidate.path === field.path));
    return (event, values) => {
      const decoded: (readonly Value[])[] = leaf.fields.map(() => []);
      present.forEach((field, index) => {
        const position = positions[index];
        if (position !== undefined) decoded[position] = this.decode(field, event, values[index]);
      });
      return evaluator.holds(decoded);
    };
  }

  private decode({ field, storage }: PresentField, event: bigint, value: unknown): Value[] {
    const stored: (string | bigint | number)[] = [];
    if (storage.kind === "time") {
      if (typeof value === "bigint") stored.push(value);
    } else {
      const inSide = value === null && storage.side ? this.reader.sideValues(storage.id, event) : [];
      const raw = typeof value === "bigint" || typeof value === "number" ? [value, ...inSide] : inSide;
      if (storage.values !== "dictionary") stored.push(...raw);
      else for (const id of raw) if (typeof id === "bigint") stored.push(...this.reader.texts(id));
    }
    return stored.flatMap((text) => {
      const typed = toEqlValue(field.type, text);
      return typed === null ? [] : [typed];
    });
  }
}

/** For leaves of one dictionary column: what was decided for a value holds for all events that have it. */
function remembered(decide: LeafFunction): LeafFunction {
  const known = new Map<unknown, boolean>();
  return (event, values) => {
    const [value] = values;
    let result = known.get(value);
    if (result === undefined) {
      if (known.size >= CACHE_SIZE) known.clear();
      result = decide(event, values);
      known.set(value, result);
    }
    return result;
  };
}
