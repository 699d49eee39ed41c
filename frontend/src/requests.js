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
  const { status, headers } = event.detail.ctx.response;
  if (status < 400 || status === 422) return;
  event.preventDefault();
  const words = status === 403 ? "refused" : status === 404 ? "gone" : "failed";
  say(headers.get("X-Explanation") ?? meta(`words-${words}`));
});

document.addEventListener("htmx:error", () => say(meta("words-offline")));
