import { hostname } from "node:os";
import { errorCode } from "../base/errors.ts";

/** `pid@host` of this process: written to what it has begun, so that a later process knows whether it still runs. */
export function currentOwner(): string {
  return `${process.pid}@${hostname()}`;
}

/** False only when the owner is known to have ended; a process of another host counts as alive. */
export function isOwnerAlive(owner: string): boolean {
  const at = owner.indexOf("@");
  if (owner.slice(at + 1) !== hostname()) return true;
  const pid = Number(owner.slice(0, at));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}
