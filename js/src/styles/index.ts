// The styles of every view, from the general to the particular.
import base from "./base.css";
import cards from "./cards.css";
import controls from "./controls.css";
import curves from "./curves.css";
import customScalars from "./custom_scalars.css";
import frame from "./frame.css";
import histograms from "./histograms.css";
import markdown from "./markdown.css";
import panel from "./panel.css";
import runs from "./runs.css";
import table from "./table.css";
import tooltip from "./tooltip.css";

export default [
  base,
  frame,
  runs,
  controls,
  panel,
  cards,
  curves,
  customScalars,
  histograms,
  table,
  markdown,
  tooltip,
].join("\n");
