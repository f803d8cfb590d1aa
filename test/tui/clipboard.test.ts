import { clipboardSequence } from "../../src/tui/clipboard.ts";
import { describe, expect, it } from "vitest";

describe("the clipboard", () => {
  const read = (sequence: string | null): string =>
    Buffer.from(/52;c;([^\x07]*)/.exec(sequence ?? "")?.[1] ?? "", "base64").toString();

  it("gets the text without what an attacker hid in it", () => {
    expect(clipboardSequence("a", {})).toBe("\x1b]52;c;YQ==\x07");
    expect(read(clipboardSequence("one\x1b[31m\ntwo\u202e", {}))).toBe("one␛[31m\ntwo<U+202E>");
  });

  it("is reached through tmux and screen", () => {
    expect(clipboardSequence("a", { TMUX: "/tmp/tmux-0/default,1,0" })).toBe("\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\");
    expect(clipboardSequence("a", { TERM: "screen-256color" })).toBe("\x1bP\x1b]52;c;YQ==\x07\x1b\\");
  });

  it("is not sent what terminals refuse", () => {
    expect(clipboardSequence("x".repeat(74_000), {})).not.toBeNull();
    expect(clipboardSequence("x".repeat(74_001), {})).toBeNull();
  });
});
