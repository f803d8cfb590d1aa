import { equals } from "../../../../src/tui/state/commands/ask.ts";
import { describe, expect, it } from "vitest";

describe("conditions made of a value", () => {
  it("quote what the value says, so that it cannot end the text", () => {
    expect(equals("user.name", 'a" or true or "\\')).toBe('user.name == "a\\" or true or \\"\\\\"');
    expect(equals("process.name", "a\nb\x1b")).toBe('process.name == "a\\nb\\u{1b}"');
    expect(equals("process.pid", "42")).toBe("process.pid == 42");
    expect(equals("labels.my field", "x")).toBe('`labels.my field` == "x"');
    expect(equals("user.id", "0")).toBe('user.id == "0"');
  });
});
