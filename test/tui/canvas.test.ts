import { describe, expect, it } from "vitest";
import { terminalCanvas } from "../../src/tui/canvas.ts";

/** A canvas, and what it wrote since the last look, without what surrounds a frame. */
function canvasOf() {
  let written = "";
  const canvas = terminalCanvas({
    write: (text) => {
      written += text;
    },
  });
  const taken = (): string => {
    const text = written.replace(/\x1b\[\?(2026|7)[hl]/g, "");
    written = "";
    return text;
  };
  return { canvas, taken };
}

describe("the canvas", () => {
  it("writes the first frame in full, and then only the rows that changed", () => {
    const { canvas, taken } = canvasOf();
    canvas.enter();
    taken();
    canvas.draw(["one", "two"]);
    expect(taken()).toBe("\x1b[H\x1b[J\x1b[1;1Hone\x1b[2;1Htwo");
    canvas.draw(["one", "2"]);
    expect(taken()).toBe("\x1b[2;1H\x1b[2K2");
    canvas.draw(["one", "2"]);
    expect(taken()).toBe("");
  });

  it("writes all again after a resize, and where it was told to forget", () => {
    const { canvas, taken } = canvasOf();
    canvas.enter();
    canvas.draw(["one", "two"]);
    taken();
    canvas.draw(["one"]);
    expect(taken()).toBe("\x1b[H\x1b[J\x1b[1;1Hone");
    canvas.forget();
    canvas.draw(["one"]);
    expect(taken()).toBe("\x1b[H\x1b[J\x1b[1;1Hone");
  });

  it("draws only between entering and leaving, each of which counts once", () => {
    const { canvas, taken } = canvasOf();
    canvas.draw(["one"]);
    canvas.leave();
    expect(taken()).toBe("");
    canvas.enter();
    canvas.enter();
    expect(taken()).toBe("\x1b[?1049h\x1b[?25l");
    canvas.leave();
    canvas.leave();
    canvas.draw(["one"]);
    expect(taken()).toBe("\x1b[?25h\x1b[?1049l");
  });
});
