/**
 * What runs on the generated hosts. Names, weights and sizes follow statistics of real Linux events: half of the
 * distinct arguments occur once, a command line has 50 characters (p99 245), an exec 4 arguments (p99 16).
 * In a template `%d` becomes a number, `%x` 8 and `%X` 64 hexadecimal digits.
 */

/** A program that is started again and again. */
export interface Program {
  readonly executable: string;
  readonly args: readonly string[];
  readonly weight: number;
}

/** A long-lived process, and the files it touches. */
export interface Daemon {
  readonly executable: string;
  readonly args: readonly string[];
  readonly user: UserName;
  /** How many of the file and of the network events it causes, relative to the others. */
  readonly files: number;
  readonly connections: number;
  readonly paths: readonly string[];
  /** In a container, whose image this is. */
  readonly image?: string;
}

export type UserName = "root" | "www-data" | "postgres" | "redis" | "nobody" | "syslog" | "deploy";

export const USERS: Readonly<Record<UserName, number>> = {
  root: 0,
  "www-data": 33,
  postgres: 999,
  redis: 998,
  nobody: 65534,
  syslog: 107,
  deploy: 1000,
};

export const PROGRAMS: readonly Program[] = [
  { executable: "/bin/sh", args: ["/bin/sh", "-c", "/opt/agent/bin/status --probe %d --quiet"], weight: 120 },
  { executable: "/bin/sh", args: ["sh", "-c", "test -f /run/health-%x && cat /run/health-%x"], weight: 90 },
  {
    executable: "/usr/sbin/iptables",
    args: ["iptables", "-w", "-t", "filter", "-C", "KUBE-SVC-%x", "-d", "10.96.%d.17/32", "-p", "tcp", "-m", "comment"],
    weight: 85,
  },
  { executable: "/usr/bin/bash", args: ["bash", "-l"], weight: 20 },
  { executable: "/usr/bin/bash", args: ["/bin/bash", "/opt/jobs/run-%d.sh", "--id", "%x"], weight: 16 },
  { executable: "/usr/bin/dpkg-query", args: ["dpkg-query", "--show", "--showformat=${Version}", "lib%x"], weight: 16 },
  { executable: "/usr/bin/dpkg", args: ["/usr/bin/dpkg", "--status-fd", "%d", "--configure", "-a"], weight: 16 },
  { executable: "/usr/sbin/ip", args: ["ip", "address", "show", "dev", "veth%x"], weight: 14 },
  { executable: "/usr/bin/grep", args: ["grep", "-q", "^%d$", "/proc/%d/status"], weight: 12 },
  { executable: "/usr/bin/groups", args: ["groups"], weight: 8 },
  { executable: "/usr/bin/dash", args: ["dash", "-e", "/etc/cron.hourly/rotate-%d"], weight: 8 },
  { executable: "/usr/bin/basename", args: ["basename", "/srv/data/%x.json", ".json"], weight: 8 },
  { executable: "/usr/bin/dirname", args: ["dirname", "/srv/data/%d/%x"], weight: 8 },
  { executable: "/usr/bin/sudo", args: ["sudo", "-n", "-u", "deploy", "/opt/deploy/step-%d"], weight: 8 },
  { executable: "/usr/bin/curl", args: ["/usr/bin/curl", "-fsS", "http://10.0.%d.12:8080/v1/items/%x"], weight: 10 },
  { executable: "/usr/bin/tail", args: ["tail", "-n", "%d", "/var/log/app/worker.log"], weight: 6 },
  { executable: "/usr/bin/cat", args: ["cat", "/sys/fs/cgroup/kubepods.slice/pod%x/memory.current"], weight: 9 },
  { executable: "/usr/bin/awk", args: ["awk", "{ print $%d }", "/proc/meminfo"], weight: 6 },
  {
    executable: "/usr/bin/python3.10",
    args: ["python3", "-m", "worker", "--batch", "%d", "--token", "%X"],
    weight: 10,
  },
  { executable: "/usr/bin/base64", args: ["base64", "-d"], weight: 4 },
  { executable: "/usr/sbin/logrotate", args: ["/usr/sbin/logrotate", "/etc/logrotate.conf"], weight: 4 },
  { executable: "/usr/bin/tr", args: ["tr", "-d", "[:space:]"], weight: 4 },
  { executable: "/usr/bin/date", args: ["date", "-u", "+%FT%TZ"], weight: 6 },
  { executable: "/usr/bin/sed", args: ["sed", "-i", "s/%x/%x/g", "/tmp/render.%x"], weight: 5 },
  { executable: "/usr/bin/hostname", args: ["hostname", "-f"], weight: 4 },
  { executable: "/usr/bin/runc", args: ["runc", "--root", "/run/containerd/runc/k8s.io", "exec", "%X"], weight: 22 },
  {
    executable: "/usr/bin/containerd-shim-runc-v2",
    args: ["containerd-shim-runc-v2", "-namespace", "k8s.io"],
    weight: 10,
  },
  { executable: "/usr/sbin/modprobe", args: ["modprobe", "-q", "-n", "br_netfilter"], weight: 2 },
  { executable: "/usr/bin/git", args: ["git", "-c", "gc.auto=0", "fetch", "--depth=%d", "origin", "%x%x"], weight: 6 },
  { executable: "/usr/bin/tar", args: ["tar", "-xzf", "/var/cache/build/%x.tar.gz", "-C", "/tmp/build.%x"], weight: 5 },
  { executable: "/usr/local/bin/node", args: ["node", "/srv/app/jobs/%x.js", "--shard=%d", "--since=%d"], weight: 9 },
  {
    executable: "/docker-entrypoint.sh",
    args: ["/bin/sh", "/docker-entrypoint.sh", "nginx", "-g", "daemon off;"],
    weight: 3,
  },
  { executable: "/usr/bin/sleep", args: ["sleep", "%d"], weight: 14 },
  {
    executable: "/usr/bin/find",
    args: ["find", "/tmp", "-maxdepth", "%d", "-name", "upload-%x*", "-mmin", "+%d"],
    weight: 4,
  },
  { executable: "/usr/bin/stat", args: ["stat", "-c", "%Y", "/srv/data/%x"], weight: 4 },
  { executable: "/usr/bin/gzip", args: ["gzip", "-9", "/var/log/app/worker.log.%d"], weight: 3 },
];

const SNAPSHOTS = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots";

export const DAEMONS: readonly Daemon[] = [
  {
    executable: "/usr/bin/containerd",
    args: ["/usr/bin/containerd"],
    user: "root",
    files: 190,
    connections: 30,
    paths: [
      `${SNAPSHOTS}/%d/fs/usr/lib/python3/dist-packages/m%x.py`,
      `${SNAPSHOTS}/%d/fs/usr/share/doc/p%d/changelog.gz`,
      "/run/containerd/io.containerd.runtime.v2.task/k8s.io/%X/config.json",
      "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/%X",
    ],
  },
  {
    executable: "/usr/bin/kubelet",
    args: [
      "/usr/bin/kubelet",
      "--config=/var/lib/kubelet/config.yaml",
      "--container-runtime-endpoint=unix:///run/c.sock",
    ],
    user: "root",
    files: 80,
    connections: 160,
    paths: [
      "/var/lib/kubelet/pods/%x-%d/volumes/kubernetes.io~projected/token/..data_tmp",
      "/var/lib/kubelet/pods/%x-%d/etc-hosts",
    ],
  },
  {
    executable: "/lib/systemd/systemd-journald",
    args: ["/lib/systemd/systemd-journald"],
    user: "root",
    files: 60,
    connections: 0,
    paths: ["/var/log/journal/6b1e8c/system@%x-%d.journal", "/run/log/journal/6b1e8c/system.journal"],
  },
  {
    executable: "/usr/sbin/rsyslogd",
    args: ["/usr/sbin/rsyslogd", "-n", "-iNONE"],
    user: "syslog",
    files: 20,
    connections: 20,
    paths: ["/var/log/syslog", "/var/log/auth.log", "/var/spool/rsyslog/queue.%d"],
  },
  {
    executable: "/usr/sbin/sshd",
    args: ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"],
    user: "root",
    files: 4,
    connections: 12,
    paths: ["/var/run/sshd.pid", "/var/log/btmp"],
  },
  {
    executable: "/usr/sbin/cron",
    args: ["/usr/sbin/cron", "-f"],
    user: "root",
    files: 8,
    connections: 0,
    paths: ["/var/spool/cron/crontabs/tmp.%x", "/var/run/crond.%d"],
  },
  {
    executable: "/usr/sbin/nginx",
    args: ["nginx: worker process"],
    user: "www-data",
    files: 90,
    connections: 330,
    paths: ["/var/cache/nginx/%x/%d", "/var/lib/nginx/body/00000%d", "/var/log/nginx/access.log.%d"],
    image: "registry.example/shop/frontend",
  },
  {
    executable: "/usr/lib/postgresql/15/bin/postgres",
    args: ["postgres: checkpointer"],
    user: "postgres",
    files: 130,
    connections: 60,
    paths: ["/var/lib/postgresql/data/base/16384/%d", "/var/lib/postgresql/data/pg_wal/0000000100000000%x"],
    image: "registry.example/platform/postgres",
  },
  {
    executable: "/usr/local/bin/redis-server",
    args: ["redis-server *:6379"],
    user: "redis",
    files: 20,
    connections: 90,
    paths: ["/data/temp-%d.rdb", "/data/dump.rdb"],
    image: "registry.example/platform/redis",
  },
  {
    executable: "/usr/local/bin/node",
    args: ["node", "--max-old-space-size=512", "/srv/app/server.js"],
    user: "nobody",
    files: 110,
    connections: 220,
    paths: ["/tmp/upload-%x", "/srv/data/%x.json", "/srv/app/.cache/%x/%x.map"],
    image: "registry.example/shop/checkout",
  },
  {
    executable: "/usr/local/bin/gunicorn",
    args: ["/usr/local/bin/python", "/usr/local/bin/gunicorn", "-w", "4", "media.wsgi"],
    user: "nobody",
    files: 120,
    connections: 110,
    paths: ["/srv/media/thumbs/%d/%x.webp", "/tmp/wand-%x", "/srv/media/__pycache__/m%d.cpython-311.pyc"],
    image: "registry.example/shop/media-resize",
  },
];

/** Names that are looked up, mostly inside a cluster. */
export const NAMES: readonly string[] = [
  "checkout.shop.svc.cluster.local",
  "postgres.platform.svc.cluster.local",
  "redis.platform.svc.cluster.local",
  "registry.example",
  "mirror.example",
  "telemetry.example",
  "u%d.users.example",
];

/** Destination ports and how often they occur. */
export const PORTS: readonly (readonly [port: number, weight: number])[] = [
  [443, 42],
  [8080, 20],
  [5432, 10],
  [6379, 9],
  [6443, 8],
  [80, 6],
  [53, 3],
  [22, 2],
];

export const CAPABILITIES = [
  "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE CAP_NET_RAW CAP_SYS_CHROOT CAP_MKNOD CAP_AUDIT_WRITE CAP_SETFCAP",
]
  .join(" ")
  .split(" ");
