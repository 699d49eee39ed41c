import "./styles/main.css";
import htmx from "htmx.org";
import "./requests.js";
import "./theme.js";
import "./keyboard.js";
import "./filters.js";
import "./tabs.js";
import "./elements/sheet.js";
import "./elements/toast.js";
import "./elements/palette.js";
import "./elements/chart.js";
import "./elements/drop.js";
import "./elements/calendar.js";
import "./elements/book.js";

htmx.config.history = "reload";
