import { safeText } from "../base/safe-text.ts";
import type { LoadProgress } from "../ingest/load-types.ts";
import type { CliIo } from "./io.ts";

const BAR = 24;

/** A line on the terminal that tells how far a load is; null where stderr is no terminal. */
export function loadProgress(io: CliIo): { show: (progress: LoadProgress) => void; clear: () => void } | null {
  if (!io.isTTY.stderr) return null;
  const started = io.now().getTime();
  let shown = false;
  return {
    show: (progress) => {
      shown = true;
      const text = progressText(progress, (io.now().getTime() - started) / 1000);
      io.stderr.write(`\r\u001b[K${text.slice(0, (io.columns ?? 80) - 1)}`);
    },
    clear: () => {
      if (shown) io.stderr.write("\r\u001b[K");
      shown = false;
    },
  };
}

/** One line: bar, share, rate, time left. @param seconds since the start */
export function progressText(progress: LoadProgress, seconds: number): string {
  if (progress.phase === "index") return `${bar(progress.done)} indexes and statistics`;
  const { bytes, total, events, path } = progress;
  const rate = seconds > 0 ? bytes / seconds : 0;
  const speed = `${events.toLocaleString("en")} events  ${(rate / 1e6).toFixed(0)} MB/s`;
  const name = safeText(path.slice(path.lastIndexOf("/") + 1));
  if (total === null || total === 0) return `${(bytes / 1e6).toFixed(0)} MB  ${speed}  ${name}`;
  const left = rate > 0 ? Math.ceil((total - bytes) / rate) : 0;
  return `${bar(bytes / total)} ${Math.floor((bytes / total) * 100)}%  ${speed}  ${left} s left  ${name}`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR);
  return `[${"#".repeat(full)}${"-".repeat(BAR - full)}]`;
}
