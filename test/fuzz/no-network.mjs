// Preloaded into every process and thread of the program under test: any use of the network ends it, and is told.
import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import process from "node:process";
import tls from "node:tls";

const refuse = (what) =>
  function network() {
    process.stderr.write(`NETWORK: ${what}\n`);
    process.exit(99);
  };

net.Socket.prototype.connect = refuse("connect");
net.Server.prototype.listen = refuse("listen");
dgram.createSocket = refuse("datagram");
dgram.Socket = refuse("datagram");
tls.connect = refuse("tls");
for (const name of ["lookup", "resolve", "resolve4", "resolve6", "reverse"]) {
  dns[name] = refuse("dns");
  dns.promises[name] = refuse("dns");
}
globalThis.fetch = refuse("fetch");
globalThis.WebSocket = refuse("WebSocket");
syncBuiltinESMExports();
