import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { productionPackages, ROOT } from "./lock.ts";

/** Licences that let anybody use, change and pass on what they cover. */
const PERMISSIVE = ["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "(MIT OR CC0-1.0)"];

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
}

const bom = JSON.parse(readFileSync(path.join(ROOT, "sbom.cdx.json"), "utf8")) as {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly Component[];
};

it("the bill of materials is CycloneDX, of this version of eqlite", () => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { readonly version: string };
  expect([bom.bomFormat, bom.specVersion]).toEqual(["CycloneDX", "1.5"]);
  expect(bom.metadata.component).toMatchObject({ name: "eqlite", version: manifest.version });
});

it("it names the packages of the lock file with their hashes, no more and no fewer (else: npm run sbom)", () => {
  const line = (name: string, version: string, sha512: string): string => `${name}@${version} ${sha512}`;
  const locked = new Set(productionPackages().map(({ name, version, sha512 }) => line(name, version, sha512)));
  const named = bom.components.map(({ name, version, hashes }) => {
    expect(hashes.map(({ alg }) => alg)).toEqual(["SHA-512"]);
    return line(name, version, hashes[0]?.content ?? "");
  });
  expect([...named].sort()).toEqual([...locked].sort());
});

it("every package has a permissive licence", () => {
  const other = productionPackages().filter(({ license }) => !PERMISSIVE.includes(license));
  expect(other).toEqual([]);
  const named = bom.components.map(({ licenses }) => licenses.map((each) => each.license?.id ?? each.expression));
  expect(named.flat().filter((license) => license === undefined || !PERMISSIVE.includes(license))).toEqual([]);
});
