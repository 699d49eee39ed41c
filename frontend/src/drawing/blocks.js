// What stands in a block and over a column: nodes and text, never HTML.
const MINUTE = 60_000;
const SHORT = 30 * MINUTE; // up to here a block has room for one line
const utc = (wall) => Date.parse(`${wall.slice(0, 16)}Z`);

function node(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// `known` is what the server told of it, `times` its begin and end by the store's clock.
export function block(known, times, host) {
  const spoken = host.dataset;
  if (known.kind === "off") return [];
  if (known.kind === "now") return [node("span", "calendar-now-time", known.time)];
  if (known.kind === "around") return [node("span", "sr-only", spoken.around)];
  if (known.kind === "waiting") {
    const words = [spoken.waiting, known.label, known.who].filter(Boolean).join(" · ");
    return [node("span", "calendar-waiting", words)];
  }
  return hands(known, times, host);
}

function hands(known, times, host) {
  const head = node("div", "calendar-who");
  const icon = host.querySelector(`template[data-icon="${known.state}"]`);
  if (icon) head.append(icon.content.cloneNode(true));
  head.append(node("strong", "", known.who || "—"));
  const what = node("span", "calendar-what", known.what);
  const short = utc(times.end) - utc(times.start) <= SHORT;
  if (short) head.append(what);
  head.append(node("time", "num", times.start.slice(11, 16)));
  const told = known.stateLabel + (known.asked ? ` · ${host.dataset.asked}` : "");
  const state = node("span", short ? "sr-only" : "calendar-state", told);
  return short ? [head, state] : [head, what, state];
}

export function heading({ title, extendedProps: known }, host) {
  const name = node("span", "calendar-name");
  name.append(node("strong", "", title), node("small", "", known.note ?? ""));
  if (known.load == null) return [name];
  const load = node("span", known.load >= 90 ? "calendar-load full" : "calendar-load", `${known.load}%`);
  load.append(node("small", "", host.dataset.load));
  return [name, load];
}
