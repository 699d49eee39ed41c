// A file dropped on the zone is the file chosen; its name is shown either way.
class Drop extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    const name = this.querySelector("[data-file-name]");
    input.addEventListener("change", () => {
      const names = [...input.files].map((file) => file.name);
      if (names.length) name.textContent = names.join(" · ");
    });
    for (const [kind, over] of [
      ["dragenter", true],
      ["dragover", true],
      ["dragleave", false],
      ["drop", false],
    ])
      this.addEventListener(kind, () => this.classList.toggle("over", over));
  }
}
customElements.define("r-drop", Drop);
