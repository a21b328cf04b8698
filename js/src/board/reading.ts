// How far the first read of a log directory has come, in a few words.
import type { StatusMessage } from "../wire/types";

/** What is left is told only if it is worth waiting for. */
const LEAST_SECONDS = 2;

type Reading = Pick<
  StatusMessage,
  "bytes_read" | "bytes_total" | "files" | "files_read" | "seconds_remaining"
>;

/** "reading 14 of 98 MB · 3 of 120 files · 12 s left" */
export function formatReading(status: Reading): string {
  const parts = [`reading ${megabytes(status.bytes_read)} of ${megabytes(status.bytes_total)} MB`];
  if (status.files > 1) parts.push(`${status.files_read} of ${status.files} files`);
  const seconds = status.seconds_remaining;
  if (seconds !== null && seconds >= LEAST_SECONDS) parts.push(`${formatLeft(seconds)} left`);
  return parts.join(" · ");
}

function megabytes(bytes: number): string {
  const amount = bytes / 2 ** 20;
  return amount < 10 ? amount.toFixed(1) : amount.toFixed(0);
}

/** Rounded as coarsely as such a guess is good, so that it does not flicker. */
function formatLeft(seconds: number): string {
  if (seconds < 20) return `${Math.ceil(seconds)} s`;
  if (seconds < 57.5) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 59.5 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
