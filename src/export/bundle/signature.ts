/** Signatures of manifests: ed25519 over the bytes of the file, with keys in PEM. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileProblem, EXIT, UserError } from "../../base/errors.ts";
import { sha256Hex } from "../../base/sha256.ts";
import type { SignerFacts } from "./manifest.ts";

/** @throws UserError `bad-key` for a file that is no private ed25519 key */
export function readPrivateKey(path: string): KeyObject {
  return readKey(path, "private", createPrivateKey);
}

/** @throws UserError `bad-key` for a file that is no public ed25519 key (a private one has it, too) */
export function readPublicKey(path: string): KeyObject {
  return readKey(path, "public", createPublicKey);
}

function readKey(path: string, kind: "private" | "public", create: (pem: Buffer) => KeyObject): KeyObject {
  const hint = `openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub.pem`;
  let key: KeyObject;
  try {
    key = create(readFileSync(path));
  } catch (error) {
    throw new UserError("bad-key", `${path} is no ${kind} key in PEM: ${fileProblem(error)}`, {
      hint,
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw new UserError("bad-key", `${path} is a key of type ${key.asymmetricKeyType ?? "unknown"}, not ed25519`, {
      hint,
      exitCode: EXIT.usage,
    });
  }
  return key;
}

/** How the manifest names who signs it. */
export function signerFacts(key: KeyObject): SignerFacts {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const der = publicKey.export({ type: "spki", format: "der" });
  return { algorithm: "ed25519", public_key_sha256: sha256Hex(der) };
}

/** 64 bytes. */
export function signManifest(text: Uint8Array, key: KeyObject): Uint8Array {
  return sign(null, text, key);
}

export function isSignatureOf(text: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  return verify(null, text, key, signature);
}
