import { scrolled } from "../../../src/tui/state/move.ts";
import { describe, expect, it } from "vitest";

describe("cursors", () => {
  it("scroll a list no more than they must", () => {
    expect(scrolled({ index: 5, top: 0 }, 100, 10)).toEqual({ index: 5, top: 0 });
    expect(scrolled({ index: 10, top: 0 }, 100, 10)).toEqual({ index: 10, top: 1 });
    expect(scrolled({ index: 3, top: 20 }, 100, 10)).toEqual({ index: 3, top: 3 });
    expect(scrolled({ index: 500, top: 0 }, 100, 10)).toEqual({ index: 99, top: 90 });
    expect(scrolled({ index: 0, top: 0 }, 0, 10)).toEqual({ index: 0, top: 0 });
  });
});
