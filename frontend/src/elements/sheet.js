// Details open beside the page, at an address of their own; without script it is a plain page.
import htmx from "htmx.org";

class Sheet extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.waiting = this.querySelector("template");
    document.addEventListener("click", (event) => this.follow(event));
    document.addEventListener("sheet:close", () => this.dialog.close());
    this.dialog.addEventListener("close", () => {
      if (history.state?.sheet) history.back();
    });
    window.addEventListener("popstate", (event) => this.travel(event.state));
    document.addEventListener("htmx:before:history:restore", (event) => {
      if (this.travelled) event.preventDefault();
      this.travelled = false;
    });
  }

  follow(event) {
    const link = event.target.closest("a[data-sheet]");
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.button;
    if (!link || elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    link.closest("[popover]")?.hidePopover();
    const move = this.dialog.open ? "replaceState" : "pushState";
    // htmx marks the entries it knows; an unmarked one it would mark anew, losing ours.
    history[move]({ htmx: true, sheet: true }, "", link.href);
    this.show(link.href);
  }

  travel(state) {
    this.travelled = this.dialog.open || Boolean(state?.sheet);
    if (state?.sheet) this.show(location.href);
    else if (this.dialog.open) this.dialog.close();
  }

  show(address) {
    const part = this.querySelector(".sheet-part");
    part.replaceChildren(this.waiting.content.cloneNode(true));
    if (!this.dialog.open) this.dialog.showModal();
    const headers = { "HX-Target": "div#sheet" }; // htmx.ajax would name the body
    htmx
      .ajax("GET", address, { target: part, swap: "innerHTML", headers })
      .then(() => part.querySelector(".sheet-body")?.focus());
  }
}
customElements.define("r-sheet", Sheet);
