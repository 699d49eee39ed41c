// The look is kept in a cookie, so that the server writes it into the page and nothing flashes.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const YEAR = 31_536_000;

export const theme = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

function choose(choice) {
  if (choice === "system") delete root.dataset.theme;
  else root.dataset.theme = choice;
  const age = choice === "system" ? 0 : YEAR;
  document.cookie = `theme=${choice}; path=/; max-age=${age}; SameSite=Lax`;
  show();
  document.dispatchEvent(new CustomEvent("theme:changed"));
}

function show() {
  const chosen = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", button.dataset.themeChoice === chosen);
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (choice) choose(choice.dataset.themeChoice);
  else if (event.target.closest("[data-theme-toggle]"))
    choose(theme() === "dark" ? "light" : "dark");
});
system.addEventListener("change", () => document.dispatchEvent(new CustomEvent("theme:changed")));
show();
