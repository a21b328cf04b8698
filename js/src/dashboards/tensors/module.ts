// The bundle of this tab.

import { addStyles } from "../../styles/sheet";
import styles from "../../styles/tensors.css";

addStyles(styles);

export { TensorsPanel as Panel } from "./panel";
