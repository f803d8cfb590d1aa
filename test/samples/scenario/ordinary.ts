import { addresses, cast, type Node } from "./cast.ts";
import { cloudFile, cloudProcess, endpointDns, endpointFile, endpointNetwork, endpointProcess } from "./documents.ts";
import type { Dump, FileName } from "./dump.ts";
import { at, MINUTE, MS, SECOND, type Nanoseconds } from "./time.ts";
import { digest, spawn, type Process, type SpawnOptions } from "./world.ts";

const CLOUD = "03-cloud-defend.ndjson";

/** A short-lived process: its start and its end, as Elastic Defend reports them. */
function run(
  dump: Dump,
  file: FileName,
  parent: Process,
  executable: string,
  args: readonly string[],
  start: Nanoseconds,
  options: SpawnOptions & { readonly lasts?: Nanoseconds } = {},
): Process {
  const process = spawn(parent, executable, args, start, options);
  dump.record(file, start, endpointProcess(process, start));
  const end = start + (options.lasts ?? 41n * MS);
  dump.record(file, end, endpointProcess(process, end, "end"));
  return process;
}

/** `count` times from `start` on, `every` apart, each a little off. */
function* times(start: string, every: Nanoseconds, count: number, seed: string): Generator<Nanoseconds> {
  for (let n = 0; n < count; n++) {
    const drift = BigInt(parseInt(digest(`${seed} ${n}`, 8), 16)) % (2n * SECOND);
    yield at(start) + BigInt(n) * every + (drift / 100n) * 100n;
  }
}

/** Cron, firewall checks, timers, tokens, clock: what every node does all day. */
function nodeLife(dump: Dump, file: FileName, node: Node, seed: string): void {
  for (const t of times("08:55:01", 5n * MINUTE, 8, `${seed} cron`)) {
    const shell = run(
      dump,
      file,
      node.cron,
      "/usr/bin/dash",
      ["/bin/sh", "-c", "command -v debian-sa1 > /dev/null && debian-sa1 1 1"],
      t,
    );
    run(
      dump,
      file,
      shell,
      "/usr/lib/sysstat/debian-sa1",
      ["/bin/sh", "/usr/lib/sysstat/debian-sa1", "1", "1"],
      t + 3n * MS,
      { lasts: 20n * MS },
    );
  }
  for (const t of times("08:57:12", 11n * MINUTE, 5, `${seed} iptables`)) {
    const args = [
      "iptables",
      "-w",
      "5",
      "-t",
      "nat",
      "-C",
      "POSTROUTING",
      "-m",
      "comment",
      "--comment",
      "kubernetes postrouting rules",
      "-j",
      "KUBE-POSTROUTING",
    ];
    run(dump, file, node.kubelet, "/usr/sbin/xtables-nft-multi", args, t, { name: "iptables" });
  }
  for (const t of times("08:56:40", 9n * MINUTE, 6, `${seed} token`)) {
    const volume = `/var/lib/kubelet/pods/${digest(`${seed} pod`, 8)}/volumes/kubernetes.io~projected/kube-api-access/..data`;
    dump.record(file, t, endpointFile(node.kubelet, t, "rename", volume, `${volume}_tmp`));
  }
  for (const t of times("08:55:30", 4n * MINUTE, 12, `${seed} probe`)) {
    const pod = seed === "node1" ? "10.244.1.14" : "10.244.2.17";
    dump.record(file, t, endpointNetwork(node.kubelet, t, pod, 8080));
    dump.record(file, t + 12n * MS, endpointNetwork(node.kubelet, t + 12n * MS, pod, 8080, "disconnect_received"));
  }
  for (const t of times("08:59:00", 17n * MINUTE, 3, `${seed} clock`)) {
    dump.record(file, t, endpointDns(node.timesyncd, t, "ntp.mirror.example", [addresses.clock]));
    dump.record(file, t + 4n * MS, endpointNetwork(node.timesyncd, t + 4n * MS, addresses.clock, 123));
  }
  const clean = at("09:14:25.5");
  run(dump, file, node.init, "/usr/bin/systemd-tmpfiles", ["systemd-tmpfiles", "--clean"], clean, { lasts: 310n * MS });
}

/** Log rotation: the old log is renamed, a new one made, the day before compressed. */
function rotateLogs(dump: Dump, file: FileName, node: Node, start: Nanoseconds): void {
  const logrotate = run(
    dump,
    file,
    node.init,
    "/usr/sbin/logrotate",
    ["/usr/sbin/logrotate", "/etc/logrotate.conf"],
    start,
    { lasts: 900n * MS },
  );
  for (const [n, log] of ["/var/log/syslog", "/var/log/auth.log", "/var/log/nginx/access.log"].entries()) {
    const t = start + BigInt(n + 1) * 90n * MS;
    dump.record(file, t, endpointFile(logrotate, t, "rename", `${log}.1`, log));
    dump.record(file, t + 2n * MS, endpointFile(logrotate, t + 2n * MS, "creation", log));
    const gzip = run(dump, file, logrotate, "/usr/bin/gzip", ["/bin/gzip"], t + 9n * MS, { lasts: 30n * MS });
    dump.record(file, t + 20n * MS, endpointFile(gzip, t + 20n * MS, "creation", `${log}.2.gz`));
  }
}

/** Visitors, caches and uploads of the shop on the first node; orders and their database on the second. */
function shopLife(dump: Dump): void {
  const one = "01-shop-node-1.ndjson";
  const two = "02-shop-node-2.ndjson.gz";
  for (const t of times("08:55:07", 3n * MINUTE, 15, "visitors")) {
    dump.record(one, t, endpointNetwork(cast.nginx, t, "10.244.1.14", 8080, "connection_accepted"));
    const on = t + 3n * MS;
    dump.record(one, on, endpointDns(cast.nginx, on, "media-resize.shop.svc.cluster.local", ["10.96.12.7"]));
    dump.record(one, on + MS, endpointNetwork(cast.nginx, on + MS, "10.96.12.7", 8000));
    const cache = `/var/cache/nginx/${digest(`cache ${t}`, 2)}/${digest(`cache ${t}`, 32)}`;
    dump.record(one, on + 9n * MS, endpointFile(cast.nginx, on + 9n * MS, "creation", cache));
  }
  for (const t of times("08:58:20", 6n * MINUTE, 7, "uploads")) {
    const upload = `/srv/media/upload/${digest(`upload ${t}`, 12)}.png`;
    dump.record(one, t, endpointFile(cast.gunicorn, t, "creation", upload));
    dump.record(
      one,
      t + 210n * MS,
      endpointFile(cast.gunicorn, t + 210n * MS, "creation", upload.replace("upload", "thumbs")),
    );
    dump.record(one, t + 220n * MS, endpointFile(cast.gunicorn, t + 220n * MS, "deletion", upload));
  }
  for (const t of times("08:55:20", 4n * MINUTE, 11, "orders")) {
    dump.record(two, t, endpointDns(cast.checkout, t, "orders-db.shop.svc.cluster.local", ["10.96.40.2"]));
    dump.record(two, t + MS, endpointNetwork(cast.checkout, t + MS, "10.96.40.2", 5432));
    dump.record(
      two,
      t + 2n * MS,
      endpointNetwork(cast.postgres, t + 2n * MS, "10.244.2.9", 5432, "connection_accepted"),
    );
    const segment = `/var/lib/postgresql/data/pg_wal/00000001000000000000${digest(`wal ${t}`, 4).toUpperCase()}`;
    dump.record(two, t + 40n * MS, endpointFile(cast.postgres, t + 40n * MS, "modification", segment));
  }
}

/** Health checks inside of containers, as Defend for Containers sees them. */
function containerLife(dump: Dump): void {
  const exec = (parent: Process, executable: string, args: readonly string[], t: Nanoseconds): Process => {
    const process = spawn(parent, executable, args, t);
    dump.record(CLOUD, t, cloudProcess(process, t));
    dump.record(CLOUD, t + 25n * MS, cloudProcess(process, t + 25n * MS, "end"));
    return process;
  };
  for (const t of times("08:55:10", 5n * MINUTE, 9, "wget")) {
    const shell = exec(cast.nginx, "/bin/sh", ["sh", "-c", "wget -qO- http://127.0.0.1:8080/healthz"], t);
    exec(shell, "/bin/busybox", ["wget", "-qO-", "http://127.0.0.1:8080/healthz"], t + 4n * MS);
  }
  for (const t of times("08:55:40", 5n * MINUTE, 9, "pg_isready")) {
    exec(cast.postgres, "/usr/lib/postgresql/15/bin/pg_isready", ["pg_isready", "-U", "orders", "-h", "127.0.0.1"], t);
  }
  for (const t of times("08:58:20", 12n * MINUTE, 4, "identify")) {
    exec(
      cast.gunicorn,
      "/usr/bin/identify",
      ["identify", "-format", "%wx%h", `/srv/media/upload/${digest(`id ${t}`, 12)}.png`],
      t,
    );
    const compiled = `/srv/media/__pycache__/${digest(`pyc ${t}`, 6)}.cpython-311.pyc`;
    dump.record(CLOUD, t + 40n * MS, cloudFile(cast.gunicorn, t + 40n * MS, "creation", compiled));
  }
}

/** The build server: packages are updated, images built. */
function buildLife(dump: Dump): void {
  const file = "04-build-1-elasticdump.ndjson";
  const { build } = cast;
  const update = at("09:02:00.25");
  const apt = run(dump, file, build.init, "/usr/bin/apt-get", ["apt-get", "-qq", "-y", "upgrade"], update, {
    lasts: 31n * SECOND,
  });
  const https = run(dump, file, apt, "/usr/lib/apt/methods/https", ["/usr/lib/apt/methods/https"], update + 200n * MS, {
    lasts: 9n * SECOND,
  });
  dump.record(file, update + 300n * MS, endpointDns(https, update + 300n * MS, "mirror.example", [addresses.mirror]));
  dump.record(file, update + 310n * MS, endpointNetwork(https, update + 310n * MS, addresses.mirror, 443));
  for (const [n, name] of ["libssl3", "openssl", "curl", "libcurl4", "tzdata"].entries()) {
    const t = update + BigInt(n + 2) * SECOND;
    dump.record(file, t, endpointFile(https, t, "creation", `/var/cache/apt/archives/partial/${name}_amd64.deb`));
    const dpkg = run(
      dump,
      file,
      apt,
      "/usr/bin/dpkg",
      ["/usr/bin/dpkg", "--status-fd", "23", "--unpack", `/var/cache/apt/archives/${name}_amd64.deb`],
      t + 10n * SECOND,
      { lasts: 800n * MS },
    );
    dump.record(
      file,
      t + 10n * SECOND + 300n * MS,
      endpointFile(
        dpkg,
        t + 10n * SECOND + 300n * MS,
        "rename",
        `/var/lib/dpkg/info/${name}.list`,
        `/var/lib/dpkg/info/${name}.list-new`,
      ),
    );
  }
  for (const [n, t] of [...times("09:06:30", 13n * MINUTE, 3, "build")].entries()) {
    const step = run(
      dump,
      file,
      cast.dockerd,
      "/usr/bin/buildctl",
      ["buildctl", "build", "--frontend=dockerfile.v0", `--opt=target=stage-${n}`],
      t,
      { user: "ci", lasts: 44n * SECOND },
    );
    for (let layer = 0; layer < 5; layer++) {
      const when = t + BigInt(layer + 1) * 6n * SECOND;
      dump.record(
        file,
        when,
        endpointFile(
          step,
          when,
          "creation",
          `/var/lib/docker/overlay2/${digest(`layer ${n} ${layer}`)}/diff/app/bundle-${layer}.js`,
        ),
      );
    }
  }
}

/** Everything that would have happened anyway. */
export function recordOrdinaryLife(dump: Dump): void {
  nodeLife(dump, "01-shop-node-1.ndjson", cast.node1, "node1");
  nodeLife(dump, "02-shop-node-2.ndjson.gz", cast.node2, "node2");
  rotateLogs(dump, "01-shop-node-1.ndjson", cast.node1, at("09:00:00.4"));
  rotateLogs(dump, "02-shop-node-2.ndjson.gz", cast.node2, at("09:00:02.9"));
  shopLife(dump);
  containerLife(dump);
  buildLife(dump);
}
