import { describe, expect, it } from "vitest";
import { allFields, catalogueField } from "../../src/ecs/catalogue.ts";
import { familyOf } from "../../src/ecs/family.ts";

describe("catalogueField", () => {
  it("knows type, array flag, column and family of an ECS field", () => {
    expect(catalogueField("process.args")).toEqual({
      path: "process.args",
      type: "keyword",
      object: false,
      array: true,
      column: true,
      family: "process.args",
    });
    expect(catalogueField("process.pid")).toMatchObject({ type: "long", column: true, family: null });
    expect(catalogueField("host.ip")).toMatchObject({ type: "ip", array: true, family: "ip" });
    expect(catalogueField("process.command_line")).toMatchObject({ type: "keyword", family: "process.command_line" });
  });

  it("leaves fields that only rules name, and objects, to the data", () => {
    expect(catalogueField("process.Ext.api.summary")).toMatchObject({ type: null, object: false, column: true });
    expect(catalogueField("process.thread.Ext.call_stack")).toMatchObject({ type: null, object: true });
  });

  it("makes every leaf below a flattened field a keyword", () => {
    expect(catalogueField("labels.some.thing")).toMatchObject({ type: "keyword", column: false });
    expect(catalogueField("winlog.event_data.NotListed")).toMatchObject({ type: "keyword", column: false });
    expect(catalogueField("winlog.event_data.IntegrityLevel")).toMatchObject({ type: "keyword", column: true });
  });

  it("is not fooled by names that JavaScript knows", () => {
    for (const name of ["__proto__", "constructor", "toString", "a.__proto__", ""]) {
      expect(catalogueField(name)).toBeUndefined();
      expect(familyOf(name)).toBe(name);
    }
  });

  it("lists some three thousand fields once each, in order", () => {
    const paths = allFields().map((field) => field.path);
    expect(paths.length).toBeGreaterThan(2900);
    expect([...new Set(paths)].sort()).toEqual(paths);
    expect(allFields().filter((field) => field.column).length).toBeGreaterThan(350);
  });
});

describe("familyOf", () => {
  it("joins what is compared across fields", () => {
    for (const path of ["process.entity_id", "process.parent.entity_id", "process.Ext.ancestry"]) {
      expect(familyOf(path)).toBe("entity_id");
    }
    expect(familyOf("agent.id")).toBe(familyOf("host.id"));
    expect(familyOf("process.parent.name")).toBe("process.name");
    expect(familyOf("process.entry_leader.name")).toBe("process.name");
    expect(familyOf("dll.path")).toBe(familyOf("file.path"));
    expect(familyOf("user.effective.id")).toBe(familyOf("process.parent.user.id"));
    expect(familyOf("source.ip", "ip")).toBe(familyOf("related.ip", "ip"));
  });

  it("keeps unrelated fields apart", () => {
    expect(familyOf("user.name")).not.toBe(familyOf("process.name"));
    expect(familyOf("process.executable")).not.toBe(familyOf("file.path"));
    expect(familyOf("host.name")).toBe("host.name");
  });
});
