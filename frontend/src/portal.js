// The customer's pages. They work without this; it only adds up what has been chosen.
import "./styles/portal.css";

const form = document.querySelector("form[data-sum]");
const total = document.querySelector("[data-total]");

function sum() {
  const chosen = [...form.querySelectorAll("input[name=s]:checked")];
  const minor = chosen.reduce((all, one) => all + Number(one.dataset.price || 0), 0);
  const more = chosen.some((one) => one.dataset.varies || one.dataset.price === "");
  const amount = (minor / 100).toLocaleString("en", { maximumFractionDigits: 0 });
  total.textContent = chosen.length
    ? `${total.dataset.sign}${amount}${more ? "+" : ""}`
    : total.dataset.words;
}

if (form && total) {
  form.addEventListener("change", sum);
  sum();
}

// The chosen day is in sight, wherever it stands on its strip.
document.querySelector(".days .on")?.scrollIntoView({ inline: "center", block: "nearest" });

// A second tap while the first is under way does nothing. The server would refuse it, too.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const sent of document.querySelectorAll("form[data-sent]")) delete sent.dataset.sent;
});
