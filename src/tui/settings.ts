/** Where the screen was left: a small JSON text kept in the case. Anything odd in it is ignored, never an error. */
import { SCREENS } from "./keymap.ts";
import { arrange } from "./state/findings.ts";
import { cursorOf, GROUPS, SORTS, type Kept, type State } from "./state/state.ts";

export const SETTINGS_KEY = "tui";
/** Prompts whose history is kept. */
const HISTORIES = ["command", "query", "filter", "search"] as const;

/** The part of the state that survives, as text. */
export function settingsText(state: State): string {
  const { findings, finding, events } = state;
  const item = findings.items[cursorOf(state, "findings").index];
  return JSON.stringify({
    screen: state.screen,
    finding: finding.id,
    selected: item?.kind === "finding" ? item.row.id : null,
    filter: findings.filter,
    sort: findings.sort,
    descending: findings.descending,
    group: findings.group,
    suppressed: findings.suppressed,
    query: events.around === null ? events.query : "",
    columns: events.wanted,
    history: Object.fromEntries(HISTORIES.map((kind) => [kind, state.history[kind] ?? []])),
  });
}

/** The state with what was kept put back. Screens whose content has to be asked for again come back empty but for the query. */
export function withSettings(state: State, text: string | null): { readonly state: State; readonly kept: Kept } {
  const read = parse(text);
  const choice = <Value extends string>(values: readonly Value[], name: string): Value | null =>
    values.find((value) => value === read[name]) ?? null;
  const number = (name: string): number | null => (Number.isInteger(read[name]) ? Number(read[name]) : null);
  const word = (name: string): string => (typeof read[name] === "string" ? read[name].slice(0, 10_000) : "");
  const columns = strings(read["columns"]);
  const histories =
    typeof read["history"] === "object" && read["history"] !== null ? Object.entries(read["history"]) : [];
  const next: State = {
    ...state,
    findings: arrange({
      ...state.findings,
      filter: word("filter"),
      sort: choice(SORTS, "sort") ?? state.findings.sort,
      descending: read["descending"] === true,
      group: choice(GROUPS, "group") ?? state.findings.group,
      suppressed: read["suppressed"] === true,
    }),
    events: { ...state.events, wanted: columns.length === 0 ? null : columns },
    history: Object.fromEntries(
      histories.flatMap(([kind, lines]) =>
        HISTORIES.some((one) => one === kind) ? [[kind, strings(lines).slice(-100)]] : [],
      ),
    ),
  };
  const kept = {
    screen: choice(SCREENS, "screen"),
    finding: number("finding"),
    selected: number("selected"),
    query: word("query"),
  };
  return { state: next, kept };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function parse(text: string | null): Readonly<Record<string, unknown>> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}
