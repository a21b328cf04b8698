// The bundle of this tab.

import { addStyles } from "../../styles/sheet";
import styles from "../../styles/text.css";

addStyles(styles);

export { TextPanel as Panel } from "./panel";
