import { describe, expect, it } from "vitest";
import { textWidth } from "../../src/base/safe-text.ts";
import { openScreen } from "./harness.ts";
import { PATHS } from "./paths.ts";

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

describe("frames", () => {
  for (const [columns, rows] of SIZES) {
    for (const [name, keys] of Object.entries(PATHS)) {
      it(`shows ${name} at ${String(columns)}x${String(rows)}`, async () => {
        const screen = await openScreen({ columns, rows });
        await screen.press(...keys);
        const lines = screen.lines();
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        await expect(`${screen.text()}\n`).toMatchFileSnapshot(`frames/${name}-${String(columns)}x${String(rows)}.txt`);
        screen.close();
      });
    }
  }

  it.each(Object.entries(PATHS))("shows %s the same without colours, and without a colour code", async (_, keys) => {
    const colours = await openScreen({ theme: "dark" });
    await colours.press(...keys);
    const mono = await openScreen({ theme: "mono" });
    await mono.press(...keys);
    expect(mono.text()).toBe(colours.text());
    const codes = [...mono.raw().matchAll(/\x1b\[([\d;]*)m/g)].flatMap((match) => (match[1] ?? "").split(";"));
    expect(codes.filter((code) => Number(code) >= 30 && Number(code) < 200)).toEqual([]);
    colours.close();
    mono.close();
  });

  it("keeps no control character of the evidence, whatever the screen", async () => {
    for (const keys of Object.values(PATHS)) {
      const screen = await openScreen({ columns: 200, rows: 50 });
      await screen.press(...keys);
      expect(screen.text().replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      screen.close();
    }
  });
});
