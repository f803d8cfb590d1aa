/** What the terminal sends, as names of keys: `j`, `G`, `ctrl-d`, `enter`, `esc`, `up`, `shift-tab`, `space`. */
import type { Key } from "ink";

const NAMED: readonly (readonly [flag: keyof Key, name: string])[] = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageDown", "pagedown"],
  ["pageUp", "pageup"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "esc"],
  ["backspace", "backspace"],
  ["delete", "delete"],
];

/** Keys of one input event. Terminals hand over several keys at once when they come quickly: each is one name. */
export function keysOf(input: string, key: Key): readonly string[] {
  if (key.tab) return [key.shift ? "shift-tab" : "tab"];
  for (const [flag, name] of NAMED) {
    if (key[flag] === true && name === "esc") return ["esc"];
    if (key[flag] === true) return [key.ctrl ? `ctrl-${name}` : key.meta ? `alt-${name}` : name];
  }
  if (key.ctrl && input !== "") return [`ctrl-${input === " " ? "space" : input}`];
  if (key.meta && input !== "") return [`alt-${input}`];
  return [...input].map(characterKey);
}

function characterKey(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === "\r" || character === "\n") return "enter";
  if (character === "\t") return "tab";
  if (character === "\x1b") return "esc";
  if (character === "\x7f" || character === "\b") return "backspace";
  if (code > 0 && code < 0x1b) return `ctrl-${String.fromCharCode(code + 0x60)}`;
  return character === " " ? "space" : character;
}

/** The text that a key stands for in a prompt; null where it is no text. */
export function textOf(key: string): string | null {
  if (key === "space") return " ";
  return [...key].length === 1 ? key : null;
}
