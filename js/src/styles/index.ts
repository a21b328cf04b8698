// The one stylesheet of every view, from the general to the particular.
import base from "./base.css";
import cards from "./cards.css";
import controls from "./controls.css";
import customScalars from "./custom_scalars.css";
import frame from "./frame.css";
import panel from "./panel.css";
import runs from "./runs.css";
import table from "./table.css";
import tooltip from "./tooltip.css";

export default [base, frame, runs, controls, panel, cards, customScalars, table, tooltip].join(
  "\n",
);
