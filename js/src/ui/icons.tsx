// Line icons on a 14-pixel grid.
const PATHS = {
  expand: "M8.5 1.5h4v4M12.5 1.5l-5 5M5.5 12.5h-4v-4M1.5 12.5l5-5",
  shrink: "M12.5 5.5h-4v-4M8.5 5.5l4-4M1.5 8.5h4v4M5.5 8.5l-4 4",
  fit: "M1.5 4.5v-3h3M9.5 1.5h3v3M12.5 9.5v3h-3M4.5 12.5h-3v-3",
  pause: "M4.5 2.5v9M9.5 2.5v9",
  compare: "M1.5 2.5h11v9h-11zM7 1v12M9 5h1.5M9 7h1.5M9 9h1.5",
  play: "M4 2.5l7 4.5-7 4.5z",
  runs: "M2 3.5h1M5 3.5h7M2 7h1M5 7h7M2 10.5h1M5 10.5h7",
  settings:
    "M2 4h5M10.5 4H12M2 10h1.5M7 10h5M7 2.3v3.4M10.4 4a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0M7 10a1.7 1.7 0 1 1-3.4 0A1.7 1.7 0 0 1 7 10",
  more: "M3 7h.01M7 7h.01M11 7h.01",
  pin: "M5 1.5h4M5.8 1.5v4L4 8h6L8.2 5.5v-4M7 8v4.5",
  full: "M1.5 4.5v-3h3M9.5 1.5h3v3M12.5 9.5v3h-3M4.5 12.5h-3v-3M4.5 4.5h5v5h-5z",
  unfold: "M3.5 5L7 1.5 10.5 5M3.5 9L7 12.5 10.5 9",
  fold: "M3.5 1.5L7 5l3.5-3.5M3.5 12.5L7 9l3.5 3.5",
  histogram: "M1.5 12.5h11M3 10.5v-3M5.7 10.5v-6M8.4 10.5v-8M11 10.5v-4",
  out: "M6 2.5H2.5v9h9V8M8 2.5h3.5V6M11.5 2.5l-5 5",
  close: "M3 3l8 8M11 3l-8 8",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 14 14" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
