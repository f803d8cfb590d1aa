import { describe, expect, it } from "vitest";
import { openScreen } from "./harness.ts";
import { PATHS } from "./paths.ts";

/** Foregrounds that stand out from white in the usual palettes: no yellow, cyan or white, and of the bright ones only grey. */
const READABLE = new Set([30, 31, 32, 34, 35, 39, 90]);

/** A foreground and the background it stands on, as SGR codes; a background of 0 is the terminal's own. */
interface Colours {
  readonly foreground: number;
  readonly background: number;
}

/** The colours of every painted piece of a frame. */
function coloursOf(frame: string): readonly Colours[] {
  return [...frame.matchAll(/\x1b\[([\d;]+)m/g)].map((match) => {
    const codes = (match[1] ?? "").split(";").map(Number);
    const last = (wanted: (code: number) => boolean): number => codes.findLast(wanted) ?? 0;
    return {
      foreground: last((code) => (code >= 30 && code < 40) || (code >= 90 && code < 98)),
      background: last((code) => (code >= 40 && code < 50) || (code >= 100 && code < 108)),
    };
  });
}

describe("the light theme", () => {
  it.each(Object.entries(PATHS))(
    "shows %s as the dark one does, in colours that a light background bears",
    async (_, keys) => {
      const dark = await openScreen({ theme: "dark" });
      await dark.press(...keys);
      const light = await openScreen({ theme: "light" });
      await light.press(...keys);
      expect(light.text()).toBe(dark.text());
      const colours = coloursOf(light.raw()).filter(({ foreground }) => foreground !== 0);
      expect(colours).not.toEqual([]);
      expect(colours.filter(({ background, foreground }) => background === 0 && !READABLE.has(foreground))).toEqual([]);
      dark.close();
      light.close();
    },
  );

  it("marks what a search found in black on a colour of its own", async () => {
    const light = await openScreen({ theme: "light" });
    await light.press("/", "s", "h", "a", "d", "o", "w", "enter");
    const found = coloursOf(light.raw()).filter(({ background }) => background !== 0);
    expect(found).not.toEqual([]);
    expect(new Set(found.map(({ foreground }) => foreground))).toEqual(new Set([30]));
    light.close();
  });
});
