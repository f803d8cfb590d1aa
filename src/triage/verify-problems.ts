import type { Check } from "./verify-types.ts";

const MAX_PROBLEMS = 100;

/** Collects the problems of a check. */
export class Problems {
  count = 0;
  readonly #name: Check["name"];
  readonly #problems: string[] = [];
  #total = 0;

  constructor(name: Check["name"]) {
    this.#name = name;
  }

  add(problem: string): void {
    this.#total += 1;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }

  done(): Check {
    return {
      name: this.#name,
      checked: this.count,
      total: this.#total,
      problems: this.#problems,
      skipped: null,
      withheld: null,
    };
  }

  /** How many things were found wrong. */
  get total(): number {
    return this.#total;
  }

  /** A part could not be checked. */
  skip(reason: string): Check {
    return { ...this.done(), skipped: reason };
  }

  /** A part could not be checked, because this copy of the case withholds values. */
  withhold(what: string): Check {
    return { ...this.done(), withheld: what };
  }
}
