import { describe, expect, it } from "vitest";
import { hostile, hostileDocument, HOSTILE, hostileLines, hostileNdjson } from "./hostile.ts";

function isJsonObject(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe("the hostile texts", () => {
  it("have a name and a text each of their own", () => {
    expect(new Set(HOSTILE.map(({ name }) => name)).size).toBe(HOSTILE.length);
    expect(new Set(HOSTILE.map(({ text }) => text)).size).toBe(HOSTILE.length);
    expect(HOSTILE.length).toBeGreaterThan(100);
  });

  it("are found by what they are aimed at", () => {
    expect(hostile("sql")).toHaveLength(11);
    expect(hostile("terminal", "direction").map(({ kind }) => kind)).not.toContain("markup");
  });

  it("survive the way through JSON unchanged, ill-formed ones included", () => {
    const lines = hostileNdjson().split("\n");
    expect(lines.pop()).toBe("");
    for (const [n, { text }] of HOSTILE.entries()) {
      expect(JSON.parse(lines[n] ?? "")).toEqual(JSON.parse(JSON.stringify(hostileDocument(text, n))));
      expect((JSON.parse(lines[n] ?? "") as { message: string }).message).toBe(text);
    }
  });
});

describe("the hostile lines", () => {
  it("are one line each, and JSON objects exactly where they say so", () => {
    for (const { name, bytes, json } of hostileLines()) {
      expect(bytes.includes(0x0a), name).toBe(false);
      expect(isJsonObject(bytes), name).toBe(json);
    }
  });
});
