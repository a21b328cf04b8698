// The one stylesheet that all views of a page adopt; tabs with bundles of their own add theirs.
import styles from ".";

export const sheet = new CSSStyleSheet();
const parts = [styles];
sheet.replaceSync(styles);

export function addStyles(css: string): void {
  parts.push(css);
  sheet.replaceSync(parts.join("\n"));
}
