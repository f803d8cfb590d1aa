import { describe, expect, it } from "vitest";
import { citedPack } from "../../src/rules/cited-pack.ts";
import type { Pack } from "../../src/rules/pack-content.ts";
import { TOOL_RULE } from "../triage/sample-case.ts";

function cited(roots: readonly string[], ...paths: readonly string[]): string[] {
  const pack: Pack = {
    rules: paths.map((path) => ({ ...TOOL_RULE, path })),
    exceptionLists: [],
    exceptionItems: [],
    problems: [],
    ignored: [],
  };
  return citedPack(pack, roots).rules.map(({ path }) => path);
}

describe("the paths of a pack in a case", () => {
  it("begin with the name of what was given", () => {
    expect(cited(["/home/ann/rules"], "/home/ann/rules/a.toml", "/home/ann/rules/linux/b.toml")).toEqual([
      "rules/a.toml",
      "rules/linux/b.toml",
    ]);
    expect(cited(["/home/ann/rules/"], "/home/ann/rules/a.toml")).toEqual(["rules/a.toml"]);
    expect(cited(["/home/ann/one.toml"], "/home/ann/one.toml")).toEqual(["one.toml"]);
    expect(cited(["/home/ann/all.ndjson"], "/home/ann/all.ndjson#12")).toEqual(["all.ndjson#12"]);
    expect(cited(["/home/ann/pack.zip"], "/home/ann/pack.zip!linux/a.toml")).toEqual(["pack.zip!linux/a.toml"]);
    expect(cited(["/"], "/a.toml")).toEqual(["a.toml"]);
  });

  it("tell two places of one name apart, and the inner one of two", () => {
    expect(cited(["/a/x/rules", "/b/x/rules"], "/a/x/rules/1.toml", "/b/x/rules/1.toml")).toEqual([
      "a/x/rules/1.toml",
      "b/x/rules/1.toml",
    ]);
    expect(cited(["/a", "/a/rules"], "/a/0.toml", "/a/rules/1.toml")).toEqual(["a/0.toml", "rules/1.toml"]);
  });

  it("stay where they were not given, such as a folder that only begins alike", () => {
    expect(cited(["/home/ann/rules"], "/home/ann/rules-old/a.toml")).toEqual(["/home/ann/rules-old/a.toml"]);
  });
});
