import { userInfo } from "node:os";

/** Who acts: `--analyst`, else `$EQLITE_ANALYST`, else the user of the operating system, else `unknown`. */
export function analystName(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const given = option ?? env["EQLITE_ANALYST"];
  if (given !== undefined && given.trim() !== "") return given.trim();
  try {
    return userInfo().username;
  } catch {
    // The user id has no name (a container started with --user).
    return "unknown";
  }
}
