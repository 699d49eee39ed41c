// Quick booking by keyboard: type, arrow, Enter; type, arrow, Enter; Enter.
class Book extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.slots = this.querySelector("#book-slots");
    this.addEventListener("keydown", (event) => this.press(event));
    this.addEventListener("input", (event) => this.filter(event));
    this.form.addEventListener("change", (event) => this.changed(event));
    for (const what of ["htmx:after:swap", "htmx:after:settle"])
      this.addEventListener(what, () => this.mark(this.querySelector("#book-who")));
    // The sheet puts the focus on its body once it has been filled.
    setTimeout(() => this.querySelector("[autofocus]")?.focus(), 50);
    if (this.querySelector("input[name=items]:checked")) this.ask();
  }

  changed(event) {
    if (["items", "staff", "day", "person"].includes(event.target.name)) this.ask();
  }

  ask() {
    this.slots.dispatchEvent(new Event("ask"));
  }

  list(input) {
    return document.getElementById(input.dataset.picks);
  }

  options(input) {
    return [...this.list(input).querySelectorAll(".pick")].filter((pick) => !pick.hidden);
  }

  filter({ target, isComposing }) {
    if (target.id === "book-who") this.list(target).classList.remove("closed");
    if (isComposing || target.id !== "book-what") return;
    const typed = target.value.trim().toLowerCase();
    for (const pick of this.list(target).querySelectorAll(".pick")) {
      const words = ` ${pick.dataset.words}`;
      pick.hidden = typed !== "" && !words.includes(` ${typed}`);
    }
    this.mark(target, typed ? 0 : -1);
  }

  // Which option Enter takes: marked, and for customers chosen at once.
  mark(input, place = this.options(input).findIndex((one) => one.querySelector(":checked"))) {
    const options = this.options(input);
    this.list(input).querySelector(".marked")?.classList.remove("marked");
    const option = options[Math.max(place, 0)];
    if (!option || (input.id === "book-what" && place < 0)) return;
    option.classList.add("marked");
    option.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const { target, key } = event;
    if (target.closest(".slots")) return this.between(event);
    if (!target.dataset?.picks) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) {
      event.preventDefault();
      const options = this.options(target);
      const at = options.findIndex((one) => one.classList.contains("marked"));
      if (options.length) this.move(target, options, (at + step + options.length) % options.length);
    } else if (key === "Enter") {
      event.preventDefault();
      this.take(target);
    }
  }

  move(input, options, place) {
    this.mark(input, place);
    const radio = options[place].querySelector("[type=radio]");
    if (radio) this.check(radio, true);
  }

  check(box, on) {
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  take(input) {
    const marked = this.list(input).querySelector(".marked:not([hidden]) input");
    if (input.id === "book-who") {
      if (marked) this.check(marked, true);
      this.list(input).classList.toggle("closed", Boolean(marked));
      this.querySelector("#book-what").focus();
    } else if (input.value && marked) {
      this.check(marked, !marked.checked);
      input.value = "";
      this.filter({ target: input });
      marked.closest(".pick").scrollIntoView({ block: "nearest" });
    } else {
      this.slots.querySelector(".slot")?.focus();
    }
  }

  between(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...this.slots.querySelectorAll(".slot")];
    all.at((all.indexOf(event.target) + step) % all.length).focus();
  }
}
customElements.define("r-book", Book);
