// Short words at the foot of the page. One with something to undo stays six seconds.
const STAYS = 6000;

export function say(text, { undo, verb } = {}) {
  if (text) document.querySelector("r-toast")?.add(text, undo, verb);
}

class Toast extends HTMLElement {
  connectedCallback() {
    for (const toast of this.querySelectorAll(".toast")) this.fade(toast);
    document.addEventListener("toast", (event) => say(event.detail.text, event.detail));
  }

  add(text, undo, verb) {
    const toast = document.createElement("div");
    toast.className = "toast";
    const words = document.createElement("span");
    words.textContent = text;
    toast.append(words);
    if (undo) toast.append(this.undoing(undo, verb));
    this.append(toast);
    this.fade(toast);
  }

  undoing(address, verb) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = "csrfmiddlewaretoken";
    token.value = document.querySelector('meta[name="csrf-token"]').content;
    const button = document.createElement("button");
    button.textContent = verb ?? this.dataset.undo;
    form.append(token, button);
    return form;
  }

  fade(toast) {
    let timer = 0;
    const leave = () => (timer = setTimeout(() => toast.remove(), STAYS));
    for (const kind of ["pointerenter", "focusin"])
      toast.addEventListener(kind, () => clearTimeout(timer));
    for (const kind of ["pointerleave", "focusout"]) toast.addEventListener(kind, leave);
    leave();
  }
}
customElements.define("r-toast", Toast);
