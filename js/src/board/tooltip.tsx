// The table at the pointer. It stays inside the view and never takes the pointer's events.
import { useLayoutEffect, useRef } from "preact/hooks";
import { Name } from "../ui/controls";
import type { View } from "./view";

const OFFSET = 14;
const MARGIN = 4;

export function Tooltip({ view }: { view: View }) {
  const element = useRef<HTMLDivElement>(null);
  const content = view.tooltip.value;
  useLayoutEffect(() => {
    const box = element.current;
    if (!box || !content) return;
    const room = view.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const right = content.x + OFFSET + width <= room.width - MARGIN;
    const x = right ? content.x + OFFSET : content.x - OFFSET - width;
    const y = Math.min(content.y + OFFSET, room.height - height - MARGIN);
    box.style.left = `${Math.max(MARGIN, x)}px`;
    box.style.top = `${Math.max(MARGIN, y)}px`;
  });
  if (!content) return null;
  return (
    <div ref={element} class="tooltip" role="tooltip">
      <table>
        {content.left_out > 0 && <caption>and {content.left_out} more</caption>}
        <thead>
          <tr>
            {content.heading.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {content.rows.map((row) => (
            <tr key={row.name} class={row.nearest ? "nearest" : ""}>
              <td>
                <Name text={row.name}>
                  <span class="swatch" style={{ "--color": row.color }} />
                </Name>
              </td>
              {row.cells.map((cell, i) => (
                <td key={i}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
