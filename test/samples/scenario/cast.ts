import {
  build,
  container,
  daemon,
  initOf,
  node1,
  node2,
  resident,
  type Container,
  type Machine,
  type Process,
} from "./world.ts";

/** What runs on a node of the cluster from morning on. */
export interface Node {
  readonly machine: Machine;
  readonly init: Process;
  readonly containerd: Process;
  readonly kubelet: Process;
  readonly cron: Process;
  readonly sshd: Process;
  readonly timesyncd: Process;
  /** The container runtime's shim: parent of every container's first process. */
  readonly shim: Process;
}

function startNode(machine: Machine): Node {
  const init = initOf(machine);
  return {
    machine,
    init,
    containerd: daemon(init, "/usr/bin/containerd", ["/usr/bin/containerd"]),
    kubelet: daemon(init, "/usr/bin/kubelet", ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"]),
    cron: daemon(init, "/usr/sbin/cron", ["/usr/sbin/cron", "-f", "-P"]),
    sshd: daemon(init, "/usr/sbin/sshd", ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"]),
    timesyncd: daemon(init, "/lib/systemd/systemd-timesyncd", ["/lib/systemd/systemd-timesyncd"]),
    shim: daemon(init, "/usr/bin/containerd-shim-runc-v2", [
      "/usr/bin/containerd-shim-runc-v2",
      "-namespace",
      "k8s.io",
    ]),
  };
}

const REGISTRY = "registry.lindenshop.example";

const frontend = container("nginx", `${REGISTRY}/shop/frontend`, "1.18.2", "frontend-7d9c6b5f4-k2x8p", "10.244.1.14");
const media = container(
  "media",
  `${REGISTRY}/shop/media-resize`,
  "2.4.1",
  "media-resize-5b7f9d8c6-qw4tz",
  "10.244.1.23",
);
const report = container(
  "report",
  `${REGISTRY}/shop/report-worker`,
  "0.9.7",
  "report-worker-6c4d5f7b8-n7v2m",
  "10.244.1.31",
);
const checkout = container("checkout", `${REGISTRY}/shop/checkout`, "3.2.0", "checkout-84f6c7d9b-zr5hs", "10.244.2.17");
const postgres = container(
  "postgres",
  `${REGISTRY}/platform/postgres`,
  "15.6",
  "orders-db-0",
  "10.244.2.9",
  "StatefulSet",
);
const report2 = container(
  "report",
  `${REGISTRY}/shop/report-worker`,
  "0.9.7",
  "report-worker-6c4d5f7b8-t9c4d",
  "10.244.2.33",
);
const toolbox = container(
  "toolbox",
  `${REGISTRY}/training/toolbox`,
  "1.0.0",
  "toolbox-training-0",
  "10.244.2.60",
  "StatefulSet",
  "training",
);

export const containers = { frontend, media, report, checkout, postgres, report2, toolbox } as const satisfies Record<
  string,
  Container
>;

const first = startNode(node1);
const second = startNode(node2);
const server = startNode(build);

/** Everybody who is there before the story begins. */
export const cast = {
  node1: first,
  node2: second,
  build: server,
  nginx: resident(first.shim, frontend, "/usr/sbin/nginx", ["nginx: worker process"], "www-data"),
  gunicorn: resident(first.shim, media, "/usr/local/bin/gunicorn", [
    "/usr/local/bin/python",
    "/usr/local/bin/gunicorn",
    "-w",
    "2",
    "media.wsgi",
  ]),
  worker: resident(first.shim, report, "/usr/local/bin/node", ["node", "/srv/report/worker.js"]),
  checkout: resident(second.shim, checkout, "/usr/local/bin/node", ["node", "/srv/app/server.js"]),
  postgres: resident(second.shim, postgres, "/usr/lib/postgresql/15/bin/postgres", ["postgres"], "postgres"),
  worker2: resident(second.shim, report2, "/usr/local/bin/node", ["node", "/srv/report/worker.js"]),
  toolbox: resident(second.shim, toolbox, "/usr/bin/bash", ["bash"], "root"),
  dockerd: daemon(server.init, "/usr/bin/dockerd", ["/usr/bin/dockerd", "-H", "fd://"]),
  runner: daemon(server.init, "/opt/ci/runner", ["/opt/ci/runner", "--once", "--labels=netpol"], {
    user: "ci",
    folder: "/opt/ci",
  }),
} as const;

/** Addresses that belong to nobody in the story's world, but are public as far as the rules go. */
export const addresses = {
  stage: "29.71.4.19",
  control: "29.71.4.23",
  mirror: "29.130.8.5",
  clock: "29.130.8.123",
} as const;
