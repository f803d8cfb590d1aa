import { describe, expect, it } from "vitest";
import {
  completionStart,
  cycleCompletion,
  editKey,
  insert,
  openPrompt,
  remember,
  type PromptState,
} from "../../../src/tui/state/prompt.ts";

function typed(text: string, ...keys: readonly string[]): PromptState {
  return keys.reduce(
    (prompt, key) => editKey(prompt, key) ?? prompt,
    openPrompt("query", "EQL", { text, history: ["one", "two"] }),
  );
}

function shown(prompt: PromptState): string {
  return `${prompt.text.slice(0, prompt.caret)}|${prompt.text.slice(prompt.caret)}`;
}

describe("the prompt", () => {
  it("moves by characters as people see them, by words and to the ends", () => {
    expect(shown(typed("ab", "left"))).toBe("a|b");
    expect(shown(typed("a🦀", "left"))).toBe("a|🦀");
    expect(shown(typed("ae\u0301", "left", "right"))).toBe("ae\u0301|");
    expect(shown(typed("one two", "alt-b"))).toBe("one |two");
    expect(shown(typed("one two", "home", "alt-f"))).toBe("one| two");
    expect(shown(typed("one", "ctrl-a"))).toBe("|one");
  });

  it("deletes", () => {
    expect(shown(typed("a🦀", "backspace"))).toBe("a|");
    expect(shown(typed("one two", "ctrl-w"))).toBe("one |");
    expect(shown(typed("one two", "left", "ctrl-u"))).toBe("|o");
    expect(shown(typed("one two", "home", "delete", "ctrl-k"))).toBe("|");
  });

  it("recalls the history and comes back to what was being typed", () => {
    expect(typed("new", "up").text).toBe("two");
    expect(typed("new", "up", "up", "up").text).toBe("one");
    expect(typed("new", "up", "up", "down", "down").text).toBe("new");
  });

  it("makes one line of what is pasted", () => {
    expect(insert(openPrompt("note", "note"), "a\r\nb\tc\ud800").text).toBe("a b c\ufffd");
  });

  it("completes the word before the caret, round and back", () => {
    const prompt = {
      ...openPrompt("query", "EQL", { text: "process where proc" }),
      completions: ["process.name", "process.pid"],
    };
    const first = cycleCompletion(prompt, 1);
    expect(shown(first)).toBe("process where process.name|");
    expect(shown(cycleCompletion(first, 1))).toBe("process where process.pid|");
    expect(shown(cycleCompletion(cycleCompletion(first, 1), 1))).toBe("process where process.name|");
    expect(shown(cycleCompletion(prompt, -1))).toBe("process where process.pid|");
    expect(cycleCompletion({ ...prompt, completions: [] }, 1).text).toBe("process where proc");
  });

  it("completes values within their quotes", () => {
    expect(completionStart('user.name == "ro', 16)).toBe(13);
    expect(completionStart('a == "b" and proc', 17)).toBe(13);
  });

  it("remembers a line once, the newest last", () => {
    expect(remember(["a", "b"], "a")).toEqual(["b", "a"]);
    expect(remember(["a"], "  ")).toEqual(["a"]);
  });
});
