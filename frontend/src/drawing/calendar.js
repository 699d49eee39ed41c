// Draws the calendar with EventCalendar. Times are the store's wall clock, without a zone, both
// ways: the browser's own zone never enters.
import { createCalendar, destroyCalendar, Interaction, ResourceTimeGrid, TimeGrid } from "@event-calendar/core";
import "@event-calendar/core/index.css";
import "../styles/calendar-grid.css";
import { block, heading } from "./blocks.js";

const MINUTE = 60_000;
const utc = (wall) => Date.parse(`${wall.slice(0, 16)}Z`);
const wallAt = (milliseconds) => new Date(milliseconds).toISOString().slice(0, 16);
const clock = (wall) => wall.slice(11, 16);
const milliseconds = ({ days = 0, seconds = 0 }) => days * 1440 * MINUTE + seconds * 1000;
const hour = (number) => `${String(number).padStart(2, "0")}:00:00`;

const LOOKS = {
  headerToolbar: { start: "", center: "", end: "" },
  allDaySlot: false,
  slotDuration: "00:30",
  snapDuration: "00:05",
  slotHeight: 34,
  slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  dayHeaderFormat: { weekday: "short", day: "numeric" },
  columnWidth: "minmax(132px, 1fr)",
  slotEventOverlap: false,
  eventLongPressDelay: 350,
  selectLongPressDelay: 350,
};

export function draw(grid, host, first) {
  const week = host.dataset.view === "week";
  const spoken = host.dataset;
  let data = first;
  let shown = null;
  const walls = new Map();

  // The now-line is an event of no length, because the server tells the time (a sample business
  // lives at another one, and a desk may look at a store in another zone).
  function nowLine() {
    const ids = data.columns.map(({ id }) => id);
    const [begin, end] = [data.now, wallAt(utc(data.now) + MINUTE)];
    const kind = { kind: "now", time: clock(data.now) };
    return { id: "now", resourceIds: ids, start: begin, end, display: "background", classNames: ["is-now"], extendedProps: kind };
  }

  function events() {
    const all = [...data.events, nowLine()];
    for (const { id, start, end } of all) walls.set(id, { start, end });
    return all;
  }

  function resources() {
    const columns = shown ? data.columns.filter(({ id }) => id === shown) : data.columns;
    return columns.map(({ id, title, note, load }) => ({ id, title, extendedProps: { note, load } }));
  }

  function drop({ event, delta, oldResource, newResource, revert }) {
    host.dragging = false;
    const known = event.extendedProps;
    const from = walls.get(event.id).start;
    const values = { from, to: wallAt(utc(from) + milliseconds(delta)), version: known.version };
    if (newResource && oldResource) {
      values.column_from = oldResource.id;
      values.column_to = newResource.id;
    }
    host.change(`${known.url}drag/`, values, revert);
  }

  function resize({ event, endDelta, revert }) {
    host.dragging = false;
    const known = event.extendedProps;
    const minutes = milliseconds(endDelta) / MINUTE;
    host.change(`${known.url}resize/`, { step: known.step, minutes, version: known.version }, revert);
  }

  const [firstHour, lastHour] = data.hours;
  const today = data.now.slice(0, 10) === spoken.day || week;
  const held = () => (host.dragging = true);
  const options = {
    view: week ? "timeGridWeek" : "resourceTimeGridDay",
    date: spoken.day,
    firstDay: 1,
    locale: document.documentElement.lang === "en" ? "en-GB" : "zh-CN",
    ...LOOKS,
    slotMinTime: hour(firstHour),
    slotMaxTime: hour(lastHour),
    scrollTime: hour(today ? Math.max(Number(data.now.slice(11, 13)) - 1, firstHour) : firstHour),
    resources: resources(),
    events: events(),
    eventContent: ({ event }) => ({ domNodes: block(event.extendedProps, walls.get(event.id), host) }),
    resourceLabelContent: ({ resource }) => ({ domNodes: heading(resource, host) }),
    editable: spoken.may === "1",
    selectable: spoken.may === "1",
    eventDragStart: held,
    eventResizeStart: held,
    eventDragStop: () => (host.dragging = false),
    eventResizeStop: () => (host.dragging = false),
    dragConstraint: ({ oldResource, newResource }) => spoken.view !== "places" || !newResource || oldResource?.id === newResource.id,
    eventClick: ({ event }) => event.extendedProps.url && host.open(event.extendedProps.url),
    eventDrop: drop,
    eventResize: resize,
    dateClick: ({ dateStr, resource }) => host.book(dateStr.slice(0, 16), resource?.id),
    select: ({ startStr, resource }) => host.book(startStr.slice(0, 16), resource?.id),
  };
  const calendar = createCalendar(grid, week ? [TimeGrid, Interaction] : [ResourceTimeGrid, Interaction], options);
  const root = grid.querySelector(".ec");
  settle(root, spoken.label);
  swipes(grid, (step) => host.swipe(step));

  return {
    update(next) {
      data = next;
      calendar.setOption("slotMinTime", hour(next.hours[0]));
      calendar.setOption("slotMaxTime", hour(next.hours[1]));
      calendar.setOption("resources", resources());
      calendar.setOption("events", events());
    },
    now(wall) {
      if (wall === data.now || host.dragging) return;
      data.now = wall;
      calendar.setOption("events", events());
    },
    only(id) {
      if (id === shown) return;
      shown = id;
      calendar.setOption("resources", resources());
    },
    forget: () => destroyCalendar(calendar),
  };
}

// The grid calls itself a table, which it is not for a reader: blocks are buttons in a region, and
// the list is there to be read as a table.
const TABLE = "[role=row], [role=rowgroup], [role=columnheader], [role=cell]";
function settle(root, label) {
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", label);
  const plain = () => {
    for (const part of root.querySelectorAll(TABLE)) {
      part.setAttribute("role", "presentation");
      for (const name of ["aria-colindex", "aria-colspan"]) part.removeAttribute(name);
    }
  };
  plain();
  new MutationObserver(plain).observe(root, { childList: true, subtree: true });
  const main = root.querySelector(".ec-main");
  main.tabIndex = 0;
}

// A sideways swipe shows the next person; a drag that was begun by a long press is none.
function swipes(grid, go) {
  let from = null;
  grid.addEventListener("touchstart", ({ touches: [touch] }) => (from = { x: touch.clientX, y: touch.clientY, at: Date.now() }), { passive: true });
  grid.addEventListener("touchend", ({ changedTouches: [touch] }) => {
    if (!from || Date.now() - from.at > 350) return;
    const [x, y] = [touch.clientX - from.x, touch.clientY - from.y];
    if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) go(x < 0 ? 1 : -1);
  }, { passive: true });
}
