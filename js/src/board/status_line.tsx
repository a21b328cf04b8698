// One honest line: is it live, how much was read, what went wrong.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { formatStep } from "../charts/format";
import type { Session } from "../state/session";
import { IconButton } from "../ui/controls";
import { waitingForKernel } from "../wire/channel";
import type { StatusMessage } from "../wire/types";
import { formatReading } from "./reading";

const LIVE_SECONDS = 60;

export function StatusLine({ session }: { session: Session }) {
  const status = session.status.value;
  const cursor = session.cursor.value;
  const { report } = session;
  return (
    <footer class="status">
      <State session={session} />
      {report && report.notes.length > 0 && (
        <Listing text={`thinned to ${report.budget}`} title="What is not in this file">
          {async () => report.notes}
        </Listing>
      )}
      {status && status.points > 0 && (
        <span class={report ? "wide" : ""}>
          {formatStep(status.points)} points
          <span class="wide">{report?.notes.length ? " in the log" : ", all kept"}</span>
        </span>
      )}
      {status && status.problems > 0 && <Problems session={session} status={status} />}
      {waitingForKernel.value > 0 && (
        <span class="warn-text" title="A cell is running; what you asked for comes when it ends">
          kernel busy
        </span>
      )}
      <span class="end">{cursor?.label}</span>
      {!report && (
        <IconButton
          icon={session.paused.value ? "play" : "pause"}
          label={session.paused.value ? "Go on updating" : "Pause updates"}
          pressed={session.paused.value}
          onClick={() => session.pause(!session.paused.value)}
        />
      )}
    </footer>
  );
}

function State({ session }: { session: Session }) {
  const now = useNow(1_000);
  const [tone, text] = describe(session, now);
  const status = session.status.value;
  const reading = status && !status.complete && status.bytes_total > 0;
  return (
    <span class="state" role="status" aria-live="off">
      <span class={`dot ${tone}`} />
      <span>{text}</span>
      {reading && session.connection.value === "live" && (
        <progress
          value={status.bytes_read}
          max={status.bytes_total}
          aria-label="Reading event files"
        />
      )}
    </span>
  );
}

type Tone = "live" | "warn" | "idle";

function describe(session: Session, now: number): [Tone, string] {
  const status = session.status.value;
  if (session.report) return ["idle", `report of ${formatDate(session.report.date)}, no kernel`];
  if (session.connection.value === "gone") return ["warn", "kernel restarted: run the cell again"];
  if (session.connection.value === "silent") return ["warn", "no word from the kernel"];
  if (session.paused.value) return ["idle", "paused"];
  if (!status) return ["idle", "connecting"];
  if (!status.exists) return ["idle", `waiting for ${status.path}`];
  if (!status.complete) return ["live", formatReading(status)];
  if (!status.files) return ["idle", "waiting for event files"];
  const age = now - status.last_write;
  const written = `last write ${formatAge(age)} ago`;
  return age < LIVE_SECONDS ? ["live", `live · ${written}`] : ["idle", written];
}

function Problems({ session, status }: { session: Session; status: StatusMessage }) {
  const { problems, bytes_skipped } = status;
  const skipped = bytes_skipped ? `: ${formatStep(bytes_skipped)} bytes skipped` : "";
  const count = problems === 1 ? "1 problem" : `${problems} problems`;
  return (
    <Listing text={count + skipped} title="Problems while reading">
      {async () => (await session.problems()).map(({ file, message }) => [file, message])}
    </Listing>
  );
}

/** Words that unfold a list of texts, each under its heading. */
function Listing(props: {
  text: string;
  title: string;
  children: () => Promise<[heading: string, text: string][]>;
}) {
  const rows = useSignal<[string, string][] | null>(null);
  const toggle = async () => {
    rows.value = rows.value ? null : await props.children().catch(() => []);
  };
  return (
    <>
      <button type="button" class="link" aria-expanded={rows.value !== null} onClick={toggle}>
        {props.text}
      </button>
      {rows.value && (
        <div class="popover" role="dialog" aria-label={props.title}>
          <dl>
            {rows.value.map(([heading, text], at) => (
              <div key={at}>
                <dt>{heading}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </>
  );
}

function useNow(every: number): number {
  const now = useSignal(Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now() / 1000;
    }, every);
    return () => clearInterval(timer);
  }, [every, now]);
  return now.value;
}

function formatAge(seconds: number): string {
  const age = Math.max(0, seconds);
  if (age < 60) return `${age.toFixed(0)} s`;
  if (age < 3600) return `${(age / 60).toFixed(0)} min`;
  if (age < 86_400) return `${(age / 3600).toFixed(0)} h`;
  return `${(age / 86_400).toFixed(0)} days`;
}

function formatDate(seconds: number): string {
  const parts = { day: "numeric", month: "short", year: "numeric" } as const;
  return new Date(seconds * 1000).toLocaleDateString("en", parts);
}
