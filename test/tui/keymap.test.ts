import { describe, expect, it } from "vitest";
import { COMMANDS, commandForKey, commandForName, type Command, SCREENS } from "../../src/tui/keymap.ts";

const ALL: readonly Command[] = COMMANDS;

describe("the table of commands and keys", () => {
  it("gives a key at most one meaning on a screen, and at most one everywhere else", () => {
    for (const screen of [...SCREENS, undefined]) {
      const keys = ALL.filter((command) =>
        screen === undefined ? command.screens === undefined : command.screens?.includes(screen) === true,
      )
        // While a search is on, n belongs to it; otherwise it is the note.
        .filter((command) => command.id !== "search-next")
        .flatMap((command) => command.keys);
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    }
  });

  it("has unique ids and names", () => {
    const ids = ALL.map((command) => command.id);
    const names = ALL.flatMap((command) => (command.name === undefined ? [] : [command.name]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(names).size).toBe(names.length);
  });

  it("prefers the meaning of the screen", () => {
    expect(commandForKey("space", "findings", false)).toBe("mark");
    expect(commandForKey("space", "finding", false)).toBe("step-done");
    expect(commandForKey("space", "tree", false)).toBeNull();
    expect(commandForKey("n", "finding", false)).toBe("note");
    expect(commandForKey("n", "finding", true)).toBe("search-next");
    expect(commandForKey("f", "findings", false)).toBe("false-positive");
    expect(commandForKey("f", "events", false)).toBeNull();
  });

  it("knows commands by their name or its unambiguous beginning", () => {
    expect(commandForName("query")).toBe("query");
    expect(commandForName("q")).toBeNull();
    expect(commandForName("que")).toBe("query");
    expect(commandForName("finding")).toBe("screen-finding");
    expect(commandForName("")).toBeNull();
    expect(commandForName("rm")).toBeNull();
  });
});
