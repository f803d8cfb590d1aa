/** Values of options and arguments: read from text, or refused with one clear error. */
import { EXIT, UserError } from "../base/errors.ts";
import { parseTimestamp, toNanoseconds } from "../ecs/timestamp.ts";
import { suggest } from "../eql/suggest.ts";

/**
 * One of a fixed set, in any case, `-` or blank for `_`.
 * @param what names it in the error, e.g. `verdict`
 * @throws UserError `unknown-<what>`
 */
export function parseChoice<T extends string>(what: string, text: string, choices: readonly T[]): T {
  const plain = (name: string): string => name.trim().toLowerCase().replace(/[- ]/g, "_");
  const wanted = plain(text);
  const choice = choices.find((each) => plain(each) === wanted);
  if (choice !== undefined) return choice;
  const near = suggest(wanted, choices, 1)[0];
  throw new UserError(`unknown-${what.replaceAll(" ", "-")}`, `${JSON.stringify(text)} is no ${what}`, {
    hint: `${near === undefined ? "" : `did you mean ${near}? `}One of: ${choices.join(", ")}`,
    exitCode: EXIT.usage,
  });
}

/** A whole number of at least `least`. @throws UserError `bad-number` */
export function parseCount(what: string, text: string, least = 0): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new UserError("bad-number", `${JSON.stringify(text)} is no ${what}`, {
    hint: `a whole number of at least ${least}`,
    exitCode: EXIT.usage,
  });
}

/** A time as the evidence writes it (ISO 8601, epoch); without a zone it is UTC. Nanoseconds. @throws UserError `bad-time` */
export function parseTime(text: string): bigint {
  const time = parseTimestamp(text);
  if (time !== null) return toNanoseconds(time);
  throw new UserError("bad-time", `${JSON.stringify(text)} is no time`, {
    hint: "for example 2026-01-31T10:00:00Z, 2026-01-31T10:00:00+02:00 or 2026-01-31 (UTC)",
    exitCode: EXIT.usage,
  });
}

/** Numbers and ranges: `3`, `3,5`, `4-9`. Ascending as given, each once. @throws UserError `bad-list` */
export function parseIds(text: string): number[] {
  const ids = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || last < first || last - first > MAX_RANGE) {
      throw new UserError("bad-list", `${JSON.stringify(text)} is no list of findings`, {
        hint: "for example 12, or 3,5,8-11",
        exitCode: EXIT.usage,
      });
    }
    for (let id = first; id <= last; id += 1) ids.add(id);
  }
  return [...ids];
}

const MAX_RANGE = 100_000;

/** For options that may be given more than once. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
