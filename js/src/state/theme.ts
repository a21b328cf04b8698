// The host's theme, live: light and dark follow JupyterLab, VS Code or the system.
import { signal } from "@preact/signals";

export interface Theme {
  dark: boolean;
  background: string;
  foreground: string;
  muted: string;
  grid: string;
  accent: string;
  font: string;
}

/** Its colours as a chart takes them. */
export function chartTheme({ background, foreground, muted, grid, font }: Theme) {
  return { background, foreground, muted, grid, axis: grid, font: `10.5px ${font}` };
}

/** Goes up whenever the host may have changed its colours. */
export const themeRevision = signal(0);

let watching = false;

/** Begin to notice changes of the host's theme. */
export function watchTheme(): void {
  if (watching) return;
  watching = true;
  // JupyterLab loads the new theme's stylesheet a moment after it sets the attribute.
  const changed = () => {
    for (const delay of [0, 150, 600]) setTimeout(() => themeRevision.value++, delay);
  };
  const observer = new MutationObserver(changed);
  const attributes = [
    "data-jp-theme-light",
    "data-jp-theme-name",
    "data-vscode-theme-kind",
    "class",
  ];
  observer.observe(document.body, { attributeFilter: attributes });
  observer.observe(document.documentElement, { attributeFilter: ["class", "data-theme", "style"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** Set the class `dark` on a view's root by the host's background, and read its colours. */
export function readTheme(root: HTMLElement): Theme {
  const background = resolve(root, "--tbw-host-background");
  const dark = luminance(background) < 0.4;
  root.classList.toggle("dark", dark);
  const style = getComputedStyle(root);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    dark,
    background,
    foreground: resolve(root, "--tbw-foreground"),
    muted: resolve(root, "--tbw-muted"),
    grid: resolve(root, "--tbw-grid"),
    accent: resolve(root, "--tbw-accent"),
    font: token("font-family") || "system-ui, sans-serif",
  };
}

/** The colour that a custom property comes to, through all its fallbacks. */
function resolve(root: HTMLElement, property: string): string {
  const probe = root.ownerDocument.createElement("span");
  probe.style.color = `var(${property})`;
  root.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

function luminance(color: string): number {
  const [r = 255, g = 255, b = 255] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}
