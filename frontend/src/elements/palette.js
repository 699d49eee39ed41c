// One box that finds customers (asked of the server) and pages (known here).
const PAUSE = 80;

class Palette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.found = this.querySelector("[data-found]");
    this.pages = this.querySelector("[data-pages]");
    this.none = this.querySelector("[data-none]");
    this.input.addEventListener("input", (event) => {
      if (!event.isComposing) this.later();
    });
    this.input.addEventListener("compositionend", () => this.later());
    this.input.addEventListener("keydown", (event) => this.press(event));
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-palette]")) this.open();
    });
  }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.input.select();
    this.search();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), PAUSE);
  }

  async search() {
    const words = this.input.value.trim();
    this.filterPages(words.toLowerCase());
    this.asking?.abort();
    if (words && this.dataset.search) await this.ask(words);
    else this.found.replaceChildren();
    this.select(this.options()[0]);
    this.none.hidden = !words || this.options().length > 0;
  }

  async ask(words) {
    this.asking = new AbortController();
    // By POST: what is searched for are names and phones, which no address may hold.
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const request = {
      method: "POST",
      body: new URLSearchParams({ q: words }),
      headers: { "HX-Request": "true", "HX-Target": "div#palette-found", "X-CSRFToken": token },
      signal: this.asking.signal,
    };
    try {
      const answer = await fetch(this.dataset.search, request);
      if (answer.ok) this.found.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") this.found.replaceChildren();
    }
  }

  filterPages(words) {
    for (const page of this.pages.querySelectorAll("[role=option]"))
      page.hidden = !page.dataset.words.toLowerCase().includes(words);
    const some = this.pages.querySelector("[role=option]:not([hidden])");
    this.pages.hidden = !some;
  }

  options() {
    return [...this.querySelectorAll("[role=option]")].filter((option) => option.offsetParent);
  }

  select(option) {
    this.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    this.options().forEach((each, place) => (each.id = `palette-${place}`));
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    return this.input.setAttribute("aria-activedescendant", option.id);
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const options = this.options();
    const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.select(options.at((place + step) % options.length));
    } else if (event.key === "Enter" && options[place]) {
      event.preventDefault();
      this.dialog.close();
      options[place].click();
    }
  }
}
customElements.define("r-palette", Palette);
