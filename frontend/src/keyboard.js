// Keys for the quick: / or ⌘K finds, g and a letter jumps, ? lists them all.
const PATIENCE = 1200;
let waiting = 0;

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const open = (id) => document.getElementById(id)?.showModal();

function jump(key) {
  document.querySelector(`[data-jump="${CSS.escape(key)}"]`)?.click();
}

// What a page offers under a single key, such as n for a new appointment.
// The page's own comes after the frame's, and goes before it.
const offered = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].at(-1);

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const key = event.key.toLowerCase();
  if (key === "k" && (event.metaKey || event.ctrlKey)) {
    event.preventDefault();
    document.querySelector("r-palette")?.open();
    return;
  }
  if (document.documentElement.dataset.shortcuts === "off") return;
  if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog:modal")) return;
  if (Date.now() - waiting < PATIENCE) {
    waiting = 0;
    jump(key);
  } else if (key === "g") {
    waiting = Date.now();
  } else if (key === "/") {
    event.preventDefault();
    document.querySelector("r-palette")?.open();
  } else if (key === "?") {
    open("keyboard-help");
  } else if (offered(key)) {
    event.preventDefault();
    offered(key).click();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) open(opener.dataset.open);
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  if (event.target.matches("dialog")) event.target.close();
});
