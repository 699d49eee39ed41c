// The drawing library is fetched when a chart comes near the window, and not before.
class Chart extends HTMLElement {
  connectedCallback() {
    this.spec = JSON.parse(this.querySelector("script[type='application/json']").textContent);
    this.canvas = this.querySelector(".chart-canvas");
    this.redraw = () => this.draw();
    this.near = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.begin();
    }, { rootMargin: "200px" });
    this.near.observe(this);
  }

  async begin() {
    this.near.disconnect();
    const { draw, forget } = await import("../drawing/chart.js");
    if (!this.isConnected) return;
    this.draw = () => draw(this.canvas, this.spec);
    this.forget = () => forget(this.canvas);
    this.draw();
    document.addEventListener("theme:changed", this.redraw);
    this.sizes = new ResizeObserver(this.redraw);
    this.sizes.observe(this.canvas);
  }

  disconnectedCallback() {
    this.near.disconnect();
    this.sizes?.disconnect();
    document.removeEventListener("theme:changed", this.redraw);
    this.forget?.();
  }
}
customElements.define("r-chart", Chart);
