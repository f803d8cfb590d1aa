/** The line that is being typed: a pure editor with history and completion. */

export type PromptKind = "command" | "search" | "filter" | "query" | "note" | "why" | "columns" | "time" | "exception";

export interface PromptState {
  readonly kind: PromptKind;
  readonly label: string;
  readonly text: string;
  /** UTF-16 offset into `text`, never inside a surrogate pair. */
  readonly caret: number;
  readonly history: readonly string[];
  /** Index into `history`; its length for the line being typed, which `draft` keeps. */
  readonly at: number;
  readonly draft: string;
  readonly completions: readonly string[];
  /** Chosen completion; -1 for none. */
  readonly chosen: number;
  /** What the answer is about: ids of findings, a step. */
  readonly target: string;
}

/** A fresh prompt, with `text` to start from. */
export function openPrompt(
  kind: PromptKind,
  label: string,
  options: { readonly text?: string; readonly history?: readonly string[] | undefined; readonly target?: string } = {},
): PromptState {
  const text = options.text ?? "";
  const history = options.history ?? [];
  return {
    kind,
    label,
    text,
    caret: text.length,
    history,
    at: history.length,
    draft: "",
    completions: [],
    chosen: -1,
    target: options.target ?? "",
  };
}

/** Text typed or pasted at the caret. Line breaks become spaces: the prompt has one line. */
export function insert(prompt: PromptState, text: string): PromptState {
  const flat = text.replace(/[\r\n\t]+/g, " ").toWellFormed();
  return edited(
    prompt,
    prompt.text.slice(0, prompt.caret) + flat + prompt.text.slice(prompt.caret),
    prompt.caret + flat.length,
  );
}

/** The prompt after an editing key, or null where the key is none. */
export function editKey(prompt: PromptState, key: string): PromptState | null {
  const { text, caret } = prompt;
  switch (key) {
    case "left":
    case "ctrl-b":
      return { ...prompt, caret: before(text, caret) };
    case "right":
    case "ctrl-f":
      return { ...prompt, caret: after(text, caret) };
    case "home":
    case "ctrl-a":
      return { ...prompt, caret: 0 };
    case "end":
    case "ctrl-e":
      return { ...prompt, caret: text.length };
    case "ctrl-left":
    case "alt-left":
    case "alt-b":
      return { ...prompt, caret: wordStart(text, caret) };
    case "ctrl-right":
    case "alt-right":
    case "alt-f":
      return { ...prompt, caret: wordEnd(text, caret) };
    case "backspace":
      return edited(prompt, text.slice(0, before(text, caret)) + text.slice(caret), before(text, caret));
    case "delete":
    case "ctrl-d":
      return edited(prompt, text.slice(0, caret) + text.slice(after(text, caret)), caret);
    case "ctrl-w":
    case "ctrl-backspace":
    case "alt-backspace":
      return edited(prompt, text.slice(0, wordStart(text, caret)) + text.slice(caret), wordStart(text, caret));
    case "ctrl-u":
      return edited(prompt, text.slice(caret), 0);
    case "ctrl-k":
      return edited(prompt, text.slice(0, caret), caret);
    case "up":
    case "ctrl-p":
      return recall(prompt, prompt.at - 1);
    case "down":
    case "ctrl-n":
      return recall(prompt, prompt.at + 1);
    default:
      return null;
  }
}

/** The next (`step` 1) or previous (-1) completion takes the place of the word at the caret. */
export function cycleCompletion(prompt: PromptState, step: 1 | -1): PromptState {
  const count = prompt.completions.length;
  if (count === 0) return prompt;
  const chosen = prompt.chosen === -1 ? (step === 1 ? 0 : count - 1) : (prompt.chosen + step + count) % count;
  const word = prompt.completions[chosen] ?? "";
  const start = prompt.chosen === -1 ? completionStart(prompt.text, prompt.caret) : replacedStart(prompt);
  const text = prompt.text.slice(0, start) + word + prompt.text.slice(prompt.caret);
  return { ...prompt, text, caret: start + word.length, chosen };
}

/** Where the word before the caret begins. */
export function completionStart(text: string, caret: number): number {
  const head = text.slice(0, caret);
  const quoted = /"[^"]*$/.exec(head);
  if (quoted !== null && (head.match(/"/g)?.length ?? 0) % 2 === 1) return quoted.index;
  return caret - (/[\w.@*?-]*$/.exec(head)?.[0].length ?? 0);
}

/** A submitted line joins the history: newest last, no repetition, a hundred at most. */
export function remember(history: readonly string[], text: string): readonly string[] {
  if (text.trim() === "") return history;
  return [...history.filter((line) => line !== text), text].slice(-100);
}

function edited(prompt: PromptState, text: string, caret: number): PromptState {
  return { ...prompt, text, caret, at: prompt.history.length, completions: [], chosen: -1 };
}

function recall(prompt: PromptState, at: number): PromptState {
  if (at < 0 || at > prompt.history.length) return prompt;
  const draft = prompt.at === prompt.history.length ? prompt.text : prompt.draft;
  const text = at === prompt.history.length ? draft : (prompt.history[at] ?? "");
  return { ...prompt, text, caret: text.length, at, draft, completions: [], chosen: -1 };
}

function replacedStart(prompt: PromptState): number {
  return prompt.caret - (prompt.completions[prompt.chosen]?.length ?? 0);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function before(text: string, caret: number): number {
  let last = 0;
  for (const { index } of graphemes.segment(text.slice(0, caret))) last = index;
  return last;
}

function after(text: string, caret: number): number {
  for (const { segment } of graphemes.segment(text.slice(caret))) return caret + segment.length;
  return caret;
}

function wordStart(text: string, caret: number): number {
  return text.slice(0, caret).search(/[^\s]+\s*$/) === -1 ? 0 : text.slice(0, caret).search(/[^\s]+\s*$/);
}

function wordEnd(text: string, caret: number): number {
  return caret + (/^\s*[^\s]*/.exec(text.slice(caret))?.[0].length ?? 0);
}
