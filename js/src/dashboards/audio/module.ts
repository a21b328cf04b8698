// The bundle of this tab.
import styles from "../../styles/audio.css";
import { addStyles } from "../../styles/sheet";

addStyles(styles);

export { AudioPanel as Panel } from "./panel";
