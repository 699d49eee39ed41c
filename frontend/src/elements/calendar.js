// The desk's calendar. Without script, and until the drawing is there, it is the plain list inside.
import htmx from "htmx.org";
import { say } from "./toast.js";

const EVERY = 4000; // how often to ask whether a colleague has changed something
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;

function openSheet(address) {
  const link = document.createElement("a");
  link.href = address;
  link.dataset.sheet = "";
  document.body.append(link);
  link.click();
  link.remove();
}

class Calendar extends HTMLElement {
  async connectedCallback() {
    this.grid = this.querySelector(".calendar-grid");
    this.people = this.querySelector(".calendar-people");
    this.heard = [
      [document, "calendar:changed", () => this.refresh()],
      [document, "submit", (event) => this.takeBack(event)],
      [document, "visibilitychange", () => document.hidden || this.refresh({ told: true })],
    ];
    for (const [where, what, act] of this.heard) where.addEventListener(what, act);
    const { draw } = await import("../drawing/calendar.js");
    const data = await this.fetch();
    if (!this.isConnected || !data) return;
    this.grid.hidden = false;
    this.drawn = draw(this.grid, this, data);
    this.drawPeople(data.columns);
    this.querySelector(".calendar-plain").hidden = true;
    this.asking = setInterval(() => document.hidden || this.refresh({ told: true }), EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.asking);
    for (const [where, what, act] of this.heard ?? []) where.removeEventListener(what, act);
    this.drawn?.forget();
  }

  async fetch() {
    const seen = this.stamp ? `&seen=${this.stamp}` : "";
    try {
      const answer = await fetch(this.dataset.feed + seen, { credentials: "same-origin" });
      if (answer.status === 204) {
        this.drawn?.now(answer.headers.get("X-Now"));
        return null;
      }
      if (!answer.ok) throw new Error(answer.status);
      const data = await answer.json();
      this.silent = false;
      this.stamp = data.stamp;
      return data;
    } catch {
      if (!this.silent) say(this.dataset.offline);
      this.silent = true;
      return null;
    }
  }

  // While something is being dragged the ground must not move.
  async refresh({ told = false } = {}) {
    if (this.dragging) return;
    const data = await this.fetch();
    if (!data || this.dragging || !this.drawn) return;
    this.drawn.update(data);
    this.drawPeople(data.columns);
    document.getElementById("calendar-summary").textContent = data.summary;
    if (told) say(this.dataset.changed);
  }

  async send(address, values) {
    this.sending = true;
    try {
      return await fetch(address, {
        method: "POST",
        body: new URLSearchParams(values),
        headers: { "X-CSRFToken": meta("csrf-token") },
      });
    } catch {
      return null;
    } finally {
      this.sending = false;
    }
  }

  // A change by hand: what is said afterwards comes from the server, and so does what is drawn.
  async change(address, values, revert) {
    const answer = await this.send(address, values);
    const told = answer?.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
    if (!answer?.ok) revert();
    if (!answer) say(meta("words-offline"));
    else if (!told) say(meta(answer.status === 403 ? "words-refused" : "words-failed"));
    else say(told.text, { undo: told.undo });
    await this.refresh();
    if (told?.sheet) openSheet(told.sheet);
  }

  // 撤销 in a toast: done in place, so that the page stays where it was scrolled to.
  async takeBack(event) {
    const form = event.target;
    if (!form.closest(".toast") || !form.getAttribute("action").startsWith(this.dataset.at)) return;
    event.preventDefault();
    form.closest(".toast").remove();
    const headers = { "HX-Target": "div#sheet" };
    await htmx.ajax("POST", form.getAttribute("action"), { target: "#sheet", headers });
    await this.refresh();
  }

  open(address) {
    openSheet(address);
  }

  book(start, column) {
    if (this.dataset.may !== "1") return;
    const address = new URL(this.dataset.book, location.href);
    address.searchParams.set("start", start);
    const staff = column?.startsWith("s") ? column.slice(1) : this.dataset.staff;
    if (staff) address.searchParams.set("staff", staff);
    openSheet(address.href);
  }

  // On a phone one column is shown at a time: these choose which.
  drawPeople(columns) {
    const several = columns.length > 1;
    this.people.hidden = !several;
    const chosen = columns.some(({ id }) => id === this.chosen) ? this.chosen : columns[0]?.id;
    const buttons = columns.map(({ id, title }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.textContent = title;
      button.setAttribute("aria-pressed", String(id === chosen));
      button.addEventListener("click", () => this.choose(id, columns));
      return button;
    });
    this.people.replaceChildren(...buttons);
    this.chosen = chosen;
    this.columns = columns;
    this.drawn.only(this.narrow() ? chosen : null);
  }

  narrow() {
    return matchMedia("(max-width: 899px)").matches && this.dataset.view !== "week";
  }

  choose(id, columns = this.columns) {
    this.chosen = id;
    this.drawPeople(columns);
    this.people.querySelector("[aria-pressed=true]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }

  swipe(step) {
    const place = this.columns.findIndex(({ id }) => id === this.chosen) + step;
    if (this.narrow() && this.columns[place]) this.choose(this.columns[place].id);
  }
}
customElements.define("r-calendar", Calendar);
