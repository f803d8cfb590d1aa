import { column, fitColumns, rowLine } from "../../../src/tui/widgets/table.ts";
import { describe, expect, it } from "vitest";

describe("tables", () => {
  const columns = [
    column<string>("a", { min: 4 }, (row) => row),
    column<string>("b", { min: 4, grow: 1, drop: 1 }, (row) => row),
    column<string>("c", { min: 4, grow: 3, drop: 2, max: 10 }, (row) => row),
  ];

  it("give the spare room to the columns that can use it, and drop the least wanted where there is none", () => {
    expect(fitColumns(columns, 30).map((one) => one.width)).toEqual([4, 14, 10]);
    expect(fitColumns(columns, 10).map((one) => one.column.title)).toEqual(["a", "b"]);
    expect(fitColumns(columns, 3).map((one) => one.width)).toEqual([3]);
  });

  it("make rows of exactly their width", () => {
    const fitted = fitColumns(columns, 20);
    expect(
      rowLine(fitted, "日本語テスト")
        .map((part) => part.text)
        .join("").length,
    ).toBeGreaterThan(0);
    expect(
      rowLine(fitted, "x")
        .map((part) => part.text)
        .join(""),
    ).toHaveLength(20);
  });
});
