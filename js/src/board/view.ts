// What the parts of one visible view share.
import type { Signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import type { Session } from "../state/session";
import type { Theme } from "../state/theme";
import type { PopoverSignal } from "../ui/popover";
import type { Channel } from "../wire/channel";

export interface TooltipRow {
  name: string;
  color: string;
  cells: string[];
  nearest: boolean;
}

export interface TooltipContent {
  /** Where the pointer is, in pixels from the view's corner. */
  x: number;
  y: number;
  heading: string[];
  rows: TooltipRow[];
  left_out: number;
}

export interface View {
  session: Session;
  root: HTMLElement;
  theme: Signal<Theme>;
  width: Signal<number>;
  tooltip: Signal<TooltipContent | null>;
  /** The panel that lies over the view, if one is open. */
  popover: PopoverSignal;
  /** The run under the pointer in the run list. */
  highlighted: Signal<number | null>;
  /** On a board: show the card of a tag in another tab. */
  goTo?: (tab: string, tag: string) => void;
  /** On a board: show it in a tab of the application, where that has tabs. */
  popOut?: (() => void) | undefined;
  /** The tag whose card is to be brought into sight. */
  target: Signal<string | null>;
}

export interface DashboardProps {
  view: View;
  channel: Channel;
}

export type DashboardComponent = FunctionComponent<DashboardProps> & {
  /** Whether it tells itself what to do where there is nothing to show. */
  showsEmpty?: boolean;
};

export interface Tab {
  kind: string;
  title: string;
  data_kinds: string[];
  /** Null until there is something of its kinds. */
  channel: Channel | null;
  component: DashboardComponent;
}

/** A tab that can be shown. */
export type OpenTab = Tab & { channel: Channel };
