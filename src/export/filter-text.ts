import { isoTime } from "../base/time-text.ts";
import type { FindingFilter } from "../triage/finding-filter.ts";

/** The parts of a filter that narrow, as they are journalled: times as text in UTC. */
export function filterParts(filter: FindingFilter): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filter).flatMap(([key, value]: [string, unknown]) => {
      if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return [];
      return [[key, typeof value === "bigint" ? isoTime(value) : value]];
    }),
  );
}

/** A filter in words, `severity high or critical; host web-1`; empty where it narrows nothing. */
export function filterText(filter: FindingFilter): string {
  const { ids = [], from, to } = filter;
  const lists: (readonly [string, readonly (string | number)[]])[] = [
    ["verdict", filter.verdicts ?? []],
    ["rule", filter.rules ?? []],
    ["severity", filter.severities ?? []],
    ["host", filter.hosts ?? []],
    ["container", filter.containers ?? []],
    ["user", filter.users ?? []],
    ["incident", filter.incidents ?? []],
    ["state", filter.states ?? []],
  ];
  return [
    ...(ids.length === 0 ? [] : [`finding ${ranges(ids)}`]),
    ...lists.flatMap(([name, values]) => (values.length === 0 ? [] : [`${name} ${values.join(" or ")}`])),
    ...(filter.marked === undefined ? [] : [filter.marked ? "marked" : "not marked"]),
    ...(from === undefined ? [] : [`from ${isoTime(from)} on`]),
    ...(to === undefined ? [] : [`before ${isoTime(to)}`]),
    ...(filter.suppressed === true ? ["also those that an exception hides"] : []),
    ...(filter.gone === true ? ["also those that are gone"] : []),
  ].join("; ");
}

/** `3, 5-9`. */
function ranges(ids: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === id - 1) last[1] = id;
    else runs.push([id, id]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}
