/**
 * The one table of commands and keys. It makes the hints at the bottom, the help (`?`), the completion of the `:` prompt and
 * the reference in docs/triage.md. A key means one thing on one screen; the narrower scope wins over `everywhere`.
 */

export const SCREENS = ["overview", "findings", "finding", "events", "tree", "timeline", "log"] as const;
export type ScreenId = (typeof SCREENS)[number];

export const SCREEN_TITLE: Readonly<Record<ScreenId, string>> = {
  overview: "Overview",
  findings: "Findings",
  finding: "Finding",
  events: "Events",
  tree: "Tree",
  timeline: "Timeline",
  log: "Log",
};

export type CommandGroup = "move" | "look" | "judge" | "ask" | "case";
export const GROUP_TITLE: Readonly<Record<CommandGroup, string>> = {
  move: "Moving",
  look: "Looking",
  judge: "Judging",
  ask: "Asking",
  case: "The case",
};

export interface Command {
  readonly id: string;
  /** Names as `keys.ts` makes them: `j`, `ctrl-d`, `enter`, `space`. */
  readonly keys: readonly string[];
  readonly group: CommandGroup;
  /** Where the key works; absent is everywhere. */
  readonly screens?: readonly ScreenId[];
  /** One or two words for the hint line; absent where a hint would only take room. */
  readonly hint?: string;
  readonly help: string;
  /** Word for the `:` prompt and, in `<>`, what may follow it. Absent where only the key makes sense. */
  readonly name?: string;
  readonly args?: string;
  /** Changes the case: refused with `--readonly`. */
  readonly writes?: true;
}

const VERDICT_SCREENS = ["findings", "finding"] as const;

export const COMMANDS = [
  { id: "down", keys: ["j", "down"], group: "move", help: "next line" },
  { id: "up", keys: ["k", "up"], group: "move", help: "previous line" },
  { id: "left", keys: ["h", "left"], group: "move", help: "previous tab or column; fold" },
  { id: "right", keys: ["l", "right"], group: "move", help: "next tab or column; unfold" },
  { id: "page-down", keys: ["ctrl-d", "pagedown", "ctrl-f"], group: "move", help: "half a page down" },
  { id: "page-up", keys: ["ctrl-u", "pageup", "ctrl-b"], group: "move", help: "half a page up" },
  { id: "top", keys: ["g", "home"], group: "move", help: "first line" },
  { id: "bottom", keys: ["G", "end"], group: "move", help: "last line" },
  { id: "next-pane", keys: ["tab"], group: "move", hint: "pane", help: "next pane" },
  { id: "previous-pane", keys: ["shift-tab"], group: "move", help: "previous pane" },
  { id: "next-tab", keys: ["}"], group: "move", hint: "tab", help: "next tab of the pane" },
  { id: "previous-tab", keys: ["{"], group: "move", help: "previous tab of the pane" },
  { id: "enter", keys: ["enter"], group: "move", hint: "open", help: "dive: open what is under the cursor" },
  {
    id: "back",
    keys: ["esc"],
    group: "move",
    hint: "back",
    help: "return: end the search, the range, the zoom; else the screen before; else drop the filter",
  },
  { id: "leave", keys: ["q"], group: "move", help: "return, too; from the list of findings, quit" },
  {
    id: "next-undetermined",
    keys: ["]"],
    group: "move",
    screens: VERDICT_SCREENS,
    hint: "next open",
    help: "next finding without a verdict",
    name: "next",
  },
  {
    id: "previous-undetermined",
    keys: ["["],
    group: "move",
    screens: VERDICT_SCREENS,
    help: "previous finding without a verdict",
    name: "previous",
  },
  { id: "screen-overview", keys: ["1"], group: "move", help: "screen: overview", name: "overview" },
  { id: "screen-findings", keys: ["2"], group: "move", help: "screen: findings", name: "findings" },
  {
    id: "screen-finding",
    keys: ["3"],
    group: "move",
    help: "screen: the finding with its guide",
    name: "finding",
    args: "<id>",
  },
  { id: "screen-events", keys: ["4"], group: "move", help: "screen: events", name: "events" },
  { id: "screen-tree", keys: ["5"], group: "move", help: "screen: process tree", name: "tree", args: "<entity>" },
  {
    id: "screen-timeline",
    keys: ["6"],
    group: "move",
    help: "screen: timeline",
    name: "timeline",
    args: "<host name | incident number>",
  },
  { id: "screen-log", keys: ["7"], group: "move", help: "screen: exceptions, hunts, ledger, journal", name: "log" },

  { id: "zoom", keys: ["+"], group: "look", help: "the pane takes the whole screen", name: "zoom" },
  { id: "unzoom", keys: ["_"], group: "look", help: "all panes again" },
  { id: "search", keys: ["/"], group: "look", hint: "search", help: "search; then n and N go on, Esc ends it" },
  { id: "search-next", keys: ["n"], group: "look", help: "next place found (while a search is on)" },
  { id: "search-previous", keys: ["N"], group: "look", help: "previous place found" },
  {
    id: "filter",
    keys: ["F", "\\"],
    group: "look",
    screens: ["findings"],
    hint: "filter",
    help: "filter: words, host:web, severity:high, verdict:none; a ! before a word inverts it",
    name: "filter",
    args: "<words>",
  },
  { id: "invert-filter", keys: ["!"], group: "look", screens: ["findings"], help: "invert the filter" },
  {
    id: "sort",
    keys: ["s"],
    group: "look",
    screens: ["findings"],
    hint: "sort",
    help: "sort by the next column",
    name: "sort",
    args: "<time|severity|risk|incident|rule|host|verdict>",
  },
  { id: "reverse", keys: ["S"], group: "look", screens: ["findings"], help: "reverse the order" },
  {
    id: "group",
    keys: ["o"],
    group: "look",
    screens: ["findings"],
    hint: "group",
    help: "group by the next property",
    name: "group",
    args: "<none|rule|host|incident|tactic|entity>",
  },
  {
    id: "suppressed",
    keys: ["H"],
    group: "look",
    screens: ["findings"],
    help: "show or hide what exceptions suppress",
    name: "suppressed",
  },
  {
    id: "histogram-in",
    keys: [">"],
    group: "look",
    screens: ["timeline"],
    hint: "zoom in",
    help: "a quarter of the time, around the cursor",
  },
  {
    id: "histogram-out",
    keys: ["<"],
    group: "look",
    screens: ["timeline"],
    hint: "zoom out",
    help: "four times the time",
  },
  { id: "help", keys: ["?"], group: "look", hint: "help", help: "this page", name: "help" },

  {
    id: "mark",
    keys: ["space"],
    group: "judge",
    screens: ["findings"],
    hint: "mark",
    help: "mark the finding, or all of the group",
  },
  {
    id: "range",
    keys: ["v"],
    group: "judge",
    screens: ["findings"],
    hint: "range",
    help: "start a range; again, or a verdict, ends it",
  },
  { id: "unmark-all", keys: ["V"], group: "judge", screens: ["findings"], help: "drop all marks", name: "unmark" },
  {
    id: "true-positive",
    keys: ["t"],
    group: "judge",
    screens: VERDICT_SCREENS,
    hint: "true",
    help: "verdict: true positive",
    name: "true",
    writes: true,
  },
  {
    id: "false-positive",
    keys: ["f"],
    group: "judge",
    screens: VERDICT_SCREENS,
    hint: "false",
    help: "verdict: false positive",
    name: "false",
    writes: true,
  },
  {
    id: "benign-positive",
    keys: ["b"],
    group: "judge",
    screens: VERDICT_SCREENS,
    hint: "benign",
    help: "verdict: benign positive (true, and harmless)",
    name: "benign",
    writes: true,
  },
  {
    id: "duplicate",
    keys: ["d"],
    group: "judge",
    screens: VERDICT_SCREENS,
    hint: "dup",
    help: "verdict: duplicate",
    name: "duplicate",
    writes: true,
  },
  {
    id: "undetermined",
    keys: ["u"],
    group: "judge",
    screens: VERDICT_SCREENS,
    help: "take the verdict back: undetermined",
    name: "undetermined",
    writes: true,
  },
  {
    id: "why",
    keys: ["w"],
    group: "judge",
    screens: VERDICT_SCREENS,
    help: "the reason for the verdict",
    name: "why",
    args: "<text>",
    writes: true,
  },
  {
    id: "note",
    keys: ["n", "a"],
    group: "judge",
    screens: VERDICT_SCREENS,
    hint: "note",
    help: "a note on the finding, or on the step under the cursor",
    name: "note",
    args: "<text>",
    writes: true,
  },
  {
    id: "step-done",
    keys: ["space"],
    group: "judge",
    screens: ["finding"],
    hint: "done",
    help: "the step under the cursor is done (again: open)",
    writes: true,
  },
  {
    id: "step-skip",
    keys: ["x"],
    group: "judge",
    screens: ["finding"],
    hint: "skip",
    help: "the step under the cursor is skipped (again: open)",
    writes: true,
  },
  {
    id: "undo",
    keys: ["z"],
    group: "judge",
    help: "take back the last verdict, note, step or exception",
    name: "undo",
    writes: true,
  },
  { id: "redo", keys: ["Z"], group: "judge", help: "do it again", name: "redo", writes: true },
  {
    id: "delete",
    keys: ["D"],
    group: "judge",
    screens: ["log"],
    hint: "delete",
    help: "delete the exception under the cursor",
    writes: true,
  },

  {
    id: "query",
    keys: ["i"],
    group: "ask",
    screens: ["events"],
    hint: "query",
    help: "an EQL query",
    name: "query",
    args: "<EQL>",
  },
  { id: "refine", keys: ["="], group: "ask", help: "events with the value under the cursor" },
  { id: "tree-here", keys: ["p"], group: "ask", hint: "tree", help: "process tree of what is under the cursor" },
  { id: "timeline-here", keys: ["m"], group: "ask", help: "timeline of what is under the cursor" },
  {
    id: "around-minute",
    keys: [","],
    group: "ask",
    screens: ["finding", "events", "timeline"],
    help: "one minute before and after, on the same host",
  },
  {
    id: "around-quarter",
    keys: ["."],
    group: "ask",
    screens: ["finding", "events", "timeline"],
    help: "15 minutes before and after, on the same host",
    name: "around",
    args: "<90s|5m|2h>",
  },
  {
    id: "facet",
    keys: ["c"],
    group: "ask",
    screens: ["events"],
    hint: "top values",
    help: "top values of the column, with counts",
    name: "facet",
    args: "<field>",
  },
  {
    id: "columns",
    keys: ["C"],
    group: "ask",
    screens: ["events"],
    help: "choose the columns",
    name: "columns",
    args: "<field, field...>",
  },
  {
    id: "jump-time",
    keys: ["@"],
    group: "ask",
    screens: ["events", "timeline"],
    hint: "time",
    help: "jump to a time, forward or back",
    name: "time",
    args: "<2026-03-01T12:34>",
  },

  { id: "copy", keys: ["y"], group: "case", help: "copy the value under the cursor", name: "copy" },
  { id: "copy-document", keys: ["Y"], group: "case", help: "copy the whole document or line" },
  {
    id: "export",
    keys: ["e"],
    group: "case",
    help: "export the findings",
    name: "export",
    args: "<format> <filters> <path>",
  },
  {
    id: "prompt",
    keys: [":"],
    group: "case",
    hint: "command",
    help: "a command by its name, or EQL: process where true",
  },
  { id: "refresh", keys: ["ctrl-l"], group: "case", help: "read the case again and redraw", name: "refresh" },
  { id: "cancel", keys: ["ctrl-c"], group: "case", help: "cancel what is running; with nothing running, twice quits" },
  { id: "suspend", keys: ["ctrl-z"], group: "case", help: "suspend: fg comes back" },
  { id: "quit", keys: ["Q"], group: "case", help: "quit", name: "quit" },
] as const satisfies readonly Command[];

export type CommandId = (typeof COMMANDS)[number]["id"];

const ALL: readonly (Command & { readonly id: CommandId })[] = COMMANDS;

/** The command that a key means on a screen: the one bound to the screen, else the one that works everywhere. */
export function commandForKey(key: string, screen: ScreenId, searching: boolean): CommandId | null {
  // While a search is on, n and N belong to it (`/ n N`); otherwise n is the note.
  if (searching && key === "n") return "search-next";
  const here = ALL.filter((command) => command.keys.includes(key));
  const own = here.find((command) => command.screens?.includes(screen) === true);
  return (own ?? here.find((command) => command.screens === undefined))?.id ?? null;
}

/** The command that a word of the `:` prompt means; an unambiguous beginning is enough. Null when there is none. */
export function commandForName(word: string): CommandId | null {
  const named = ALL.filter((command) => command.name !== undefined);
  const exact = named.find((command) => command.name === word);
  if (exact !== undefined) return exact.id;
  const starts = named.filter((command) => command.name?.startsWith(word));
  return starts.length === 1 && word !== "" ? (starts[0]?.id ?? null) : null;
}

/** Names for the completion of the `:` prompt, sorted. */
export function commandNames(): readonly string[] {
  return ALL.flatMap((command) => (command.name === undefined ? [] : [command.name])).sort();
}

/** The entry of a command. */
export function commandOf(id: CommandId): Command {
  return ALL.find((command) => command.id === id) ?? COMMANDS[0];
}

/** The commands of a screen, in the order of the table. */
export function commandsOf(screen: ScreenId): readonly Command[] {
  return ALL.filter((command) => command.screens === undefined || command.screens.includes(screen));
}

/** How a key is written for people: `Ctrl-d`, `Enter`, `↓`. */
export function keyLabel(key: string): string {
  const named: Readonly<Record<string, string>> = {
    down: "↓",
    up: "↑",
    left: "←",
    right: "→",
    enter: "Enter",
    esc: "Esc",
    tab: "Tab",
    "shift-tab": "Shift-Tab",
    space: "Space",
    pagedown: "PgDn",
    pageup: "PgUp",
    home: "Home",
    end: "End",
  };
  return named[key] ?? key.replace(/^ctrl-/, "Ctrl-");
}

/** The reference of all keys and commands as Markdown: the section of docs/triage.md between its markers. */
export function keymapMarkdown(): string {
  const lines: string[] = [];
  for (const group of Object.keys(GROUP_TITLE) as CommandGroup[]) {
    lines.push(
      `### ${GROUP_TITLE[group]}`,
      "",
      "| key | `:` command | what it does | where |",
      "| --- | --- | --- | --- |",
    );
    for (const command of ALL.filter((one) => one.group === group)) {
      const keys = command.keys.map((key) => `\`${keyLabel(key).replace("|", "\\|")}\``).join(" ");
      const args = command.args === undefined ? "" : ` ${command.args}`;
      const name = command.name === undefined ? "" : `\`:${command.name}${args.replaceAll("|", "\\|")}\``;
      const where = command.screens?.map((screen) => SCREEN_TITLE[screen]).join(", ") ?? "everywhere";
      lines.push(`| ${keys} | ${name} | ${command.help.replaceAll("|", "\\|")} | ${where} |`);
    }
    lines.push("");
  }
  return lines.join("\n");
}
