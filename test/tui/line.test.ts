import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { paintLine, span } from "../../src/tui/line.ts";
import { THEMES, themeFrom } from "../../src/tui/theme.ts";
import { HOSTILE } from "../hostile.ts";

const { dark, mono } = THEMES;

describe("paintLine", () => {
  it("pads and cuts to the width, in columns", () => {
    expect(paintLine([span("ab")], 4, mono)).toBe("ab  ");
    expect(paintLine([span("abcdef")], 4, mono)).toBe("abc…");
    expect(paintLine([span("日本語")], 5, mono)).toBe("日本…");
    expect(paintLine([span("ab"), span("cdef")], 4, mono)).toBe("abc…");
    expect(paintLine([span("ab")], 4, mono, { pad: false })).toBe("ab");
    expect(paintLine([span("ab")], 0, mono)).toBe("");
  });

  it("colours by the theme, and reverses the whole width", () => {
    expect(paintLine([span("a", "bad")], 3, dark)).toBe("\x1b[91ma\x1b[0m  ");
    expect(paintLine([span("a", "bad")], 3, dark, { reverse: true })).toBe("\x1b[91;7ma\x1b[0m\x1b[7m  \x1b[0m");
    expect(paintLine([span("a", "bad")], 2, mono)).toBe("\x1b[1ma\x1b[0m ");
  });

  it("marks what is searched for, in any case", () => {
    expect(paintLine([span("xNCx")], 4, mono, { find: "nc" })).toBe("x\x1b[7mNC\x1b[0mx");
    expect(paintLine([span("İnc")], 3, mono, { find: "nc" })).toBe("İnc");
  });

  it.each(HOSTILE)("lets nothing through of $name", ({ text }) => {
    const painted = paintLine([span(text), span("|end")], 60, mono);
    expect(painted).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
    expect(stringWidth(painted)).toBe(60);
  });
});

describe("themeFrom", () => {
  it("takes no colours where none are wanted", () => {
    expect(themeFrom({ NO_COLOR: "1" }).name).toBe("mono");
    expect(themeFrom({ NO_COLOR: "", TERM: "xterm" }).name).toBe("dark");
    expect(themeFrom({ TERM: "dumb" }).name).toBe("mono");
    expect(themeFrom({ NO_COLOR: "1", EQLITE_THEME: "light" }).name).toBe("mono");
  });

  it("asks the environment for the background", () => {
    expect(themeFrom({ COLORFGBG: "0;15" }).name).toBe("light");
    expect(themeFrom({ COLORFGBG: "15;0" }).name).toBe("dark");
    expect(themeFrom({ EQLITE_THEME: "light" }).name).toBe("light");
  });
});
