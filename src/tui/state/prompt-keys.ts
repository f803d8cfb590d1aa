/** Keys while a prompt is open, and what its answer does. */
import { commandForName, commandNames, commandOf } from "../keymap.ts";
import { textOf } from "../keys.ts";
import { step, tell, type Effect, type Step } from "./action.ts";
import { argumentWords } from "./commands/case.ts";
import { ask } from "./commands/ask.ts";
import { rearrange, searchOn } from "./commands/look.ts";
import { runCommand } from "./commands.ts";
import { settle } from "./move.ts";
import { cycleCompletion, completionStart, editKey, insert, remember, type PromptState } from "./prompt.ts";
import { cursorOf, focusedPane, GROUPS, SORTS, type State } from "./state.ts";

/** A key typed into the prompt. */
export function promptKey(state: State, prompt: PromptState, key: string): Step {
  if (key === "esc" || key === "ctrl-c" || (key === "backspace" && prompt.text === ""))
    return step(settle(cancelled(state, prompt)));
  if (key === "enter") return submit(state, prompt);
  if (key === "tab" || key === "shift-tab") {
    return step({ ...state, prompt: cycleCompletion(prompt, key === "tab" ? 1 : -1) });
  }
  const text = textOf(key);
  const next = editKey(prompt, key) ?? (text === null ? null : insert(prompt, text));
  return next === null ? step(state) : typed(state, next);
}

/** The prompt after its text changed: the filter shows at once, completions are made or asked for. */
export function typed(state: State, prompt: PromptState): Step {
  const words = localCompletions(prompt);
  const next: State = { ...state, prompt: { ...prompt, completions: words ?? [], chosen: -1 } };
  const shown = prompt.kind === "filter" ? rearrange(next, { filter: prompt.text }) : next;
  return step(settle(shown), ...completionEffect(prompt, words));
}

/** How EQL may begin, beside any other category. */
const EQL_STARTS = ["any where", "file where", "network where", "process where", "sample by", "sequence by"];

/** Completions that need no case; null where the case knows better. */
function localCompletions(prompt: PromptState): readonly string[] | null {
  if (prompt.kind === "query") return null;
  if (prompt.kind !== "command") return [];
  const head = prompt.text.slice(0, prompt.caret);
  const [name = "", ...rest] = head.split(" ");
  const word = head.slice(completionStart(head, head.length));
  if (rest.length === 0)
    return word === "" ? [] : [...commandNames(), ...EQL_STARTS].filter((one) => one.startsWith(word));
  if (commandForName(name) === "query" || commandForName(name) === null) return null;
  const words = name === "sort" ? SORTS : name === "group" ? GROUPS : argumentWords(name, rest.length - 1);
  return words.filter((one) => one.startsWith(word));
}

function completionEffect(prompt: PromptState, words: readonly string[] | null): readonly Effect[] {
  if (words !== null) return [];
  // What follows `query` is EQL, and so is a line that begins with no command.
  const isCommand = prompt.kind === "command" && commandForName(prompt.text.split(" ")[0] ?? "") !== null;
  const lead = isCommand ? prompt.text.indexOf(" ") + 1 : 0;
  return [{ kind: "complete", text: prompt.text.slice(lead), caret: prompt.caret - lead }];
}

function cancelled(state: State, prompt: PromptState): State {
  const closed = { ...state, prompt: null };
  return prompt.kind === "filter" ? rearrange(closed, { filter: prompt.target }) : closed;
}

function submit(state: State, prompt: PromptState): Step {
  const text = prompt.text.trim();
  const history = { ...state.history, [prompt.kind]: remember(state.history[prompt.kind] ?? [], text) };
  const closed: State = { ...state, prompt: null, history };
  switch (prompt.kind) {
    case "command":
      return text === "" ? step(closed) : runLine(closed, text);
    case "search": {
      const searching = { ...closed, search: text === "" ? null : text };
      return text === "" ? step(searching) : searchOn(searching, 1, cursorOf(searching, focusedPane(searching)).index);
    }
    case "filter":
      return step(rearrange(closed, { filter: text }));
    case "query":
      return text === "" ? step(closed) : ask(closed, text, null, null);
    case "columns":
      return runCommand(closed, "columns", text);
    case "time":
      return text === "" ? step(closed) : runCommand(closed, "jump-time", text);
    case "why":
      return text === "" ? step(closed) : runCommand(closed, "why", text);
    case "note":
      return noted(closed, prompt.target, text);
    case "exception":
      return step(closed);
  }
}

function noted(state: State, target: string, text: string): Step {
  const [finding = "", list, number] = target.split("/");
  if (list === undefined)
    return text === "" ? step(state) : step(state, { kind: "note", finding: Number(finding), text });
  const steps = list === "response" ? state.finding.detail?.responses : state.finding.detail?.steps;
  const current = steps?.find((one) => one.number === Number(number));
  if (current === undefined) return step(tell(state, "The step is gone.", "error"));
  return step(state, {
    kind: "step",
    finding: Number(finding),
    list: list === "response" ? "response" : "step",
    step: current.number,
    state: current.state,
    note: text,
  });
}

/** Whether a line that is no command begins as EQL does: `process where ...`, `sequence ...`, `sample ...`, `"a b" where`. */
function looksLikeEql(line: string): boolean {
  return /^(sequence|sample)\b/.test(line) || /^(\S+|"[^"]*")\s+where\b/.test(line);
}

/** A line of the `:` prompt: a command by its name, or EQL. */
export function runLine(state: State, line: string): Step {
  const at = line.search(/\s/);
  const word = at === -1 ? line : line.slice(0, at);
  const arg = at === -1 ? "" : line.slice(at).trim();
  const id = commandForName(word);
  if (id === null && looksLikeEql(line)) return ask(state, line, null, null);
  if (id === null) {
    return step(tell(state, `"${word}" is no command (? lists them) and no EQL, such as: process where true`, "error"));
  }
  if (arg !== "" && commandOf(id).args === undefined)
    return step(tell(state, `${word} takes nothing after it`, "error"));
  return runCommand(state, id, arg);
}
