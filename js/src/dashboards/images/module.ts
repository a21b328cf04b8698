// The bundle of this tab.
import styles from "../../styles/images.css";
import { addStyles } from "../../styles/sheet";

addStyles(styles);

export { ImagesPanel as Panel } from "./panel";
