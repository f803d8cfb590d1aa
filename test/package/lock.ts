/** What package-lock.json says about the packages that an installation brings. */
import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "..", "..");

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** SHA-512 in hex. */
  readonly sha512: string;
  /** Its folder, from the root of the project. */
  readonly folder: string;
  readonly optional: boolean;
}

interface LockEntry {
  readonly version: string;
  readonly license?: string;
  readonly integrity: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

/** Every package that is not for development only, one per folder. */
export function productionPackages(): LockedPackage[] {
  const lock = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  return Object.entries(lock.packages)
    .filter(([folder, { dev, devOptional }]) => folder !== "" && dev !== true && devOptional !== true)
    .map(([folder, entry]) => ({
      name: folder.replace(/^.*node_modules\//, ""),
      version: entry.version,
      license: entry.license ?? "none",
      sha512: Buffer.from(entry.integrity.replace(/^sha512-/, ""), "base64").toString("hex"),
      folder,
      optional: entry.optional === true,
    }));
}
