// What every htmx request shares: the CSRF token, and words for people when it fails.
import { say } from "./elements/toast.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method !== "GET") request.headers["X-CSRFToken"] = meta("csrf-token");
});

// A form that was refused comes back as 422 with its errors: that is shown in its place.
// Any other refusal leaves the page, and whatever was typed, as it is.
document.addEventListener("htmx:before:response", (event) => {
  const { status } = event.detail.ctx.response;
  if (status < 400 || status === 422) return;
  event.preventDefault();
  const words = status === 403 ? "refused" : status === 404 ? "gone" : "failed";
  say(meta(`words-${words}`));
});

// While a part is fetched anew its old content stays, paler.
const pale = (event, on) => event.detail.ctx.target?.classList.toggle("refetching", on);
document.addEventListener("htmx:before:request", (event) => pale(event, true));
document.addEventListener("htmx:finally:request", (event) => pale(event, false));

document.addEventListener("htmx:error", () => say(meta("words-offline")));
