// On a narrow screen the row of tabs scrolls: the one of this page is brought into sight.
for (const chosen of document.querySelectorAll(".tabs [aria-current]")) {
  const row = chosen.closest(".tabs");
  row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
}
