// A select or checkbox marked data-submits sends its form at once, where a button did before.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
