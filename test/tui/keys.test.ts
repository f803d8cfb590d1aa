import { keysOf } from "../../src/tui/keys.ts";
import { describe, expect, it } from "vitest";

const NO_KEY = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe("keys", () => {
  it("have names", () => {
    expect(keysOf("j", NO_KEY)).toEqual(["j"]);
    expect(keysOf(" ", NO_KEY)).toEqual(["space"]);
    expect(keysOf("", { ...NO_KEY, downArrow: true })).toEqual(["down"]);
    expect(keysOf("d", { ...NO_KEY, ctrl: true })).toEqual(["ctrl-d"]);
    expect(keysOf("", { ...NO_KEY, tab: true, shift: true })).toEqual(["shift-tab"]);
    expect(keysOf("b", { ...NO_KEY, meta: true })).toEqual(["alt-b"]);
  });

  it("keep Esc and the key that follows it at once together, for the screen to take apart", () => {
    expect(keysOf("", { ...NO_KEY, return: true, meta: true })).toEqual(["alt-enter"]);
    expect(keysOf("", { ...NO_KEY, escape: true, meta: true })).toEqual(["esc"]);
    expect(keysOf("", { ...NO_KEY, leftArrow: true, ctrl: true })).toEqual(["ctrl-left"]);
  });

  it("are told apart when many come at once", () => {
    expect(keysOf(":q a\r\x03日", NO_KEY)).toEqual([":", "q", "space", "a", "enter", "ctrl-c", "日"]);
  });
});
