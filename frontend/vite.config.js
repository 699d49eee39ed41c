import { readFileSync } from "node:fs";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

// The server writes icons into its pages, so that they need no request and no script.
function icons() {
  return {
    name: "icons",
    generateBundle() {
      const nodes = JSON.parse(readFileSync("node_modules/lucide-static/icon-nodes.json", "utf8"));
      const draw = ([tag, attributes]) =>
        `<${tag} ${Object.entries(attributes)
          .map(([name, value]) => `${name}="${value}"`)
          .join(" ")}/>`;
      const drawn = Object.fromEntries(
        Object.entries(nodes).map(([name, parts]) => [name, parts.map(draw).join("")]),
      );
      this.emitFile({ type: "asset", fileName: "icons.json", source: JSON.stringify(drawn) });
    },
  };
}

export default defineConfig({
  base: "/static/build/",
  plugins: [tailwindcss(), icons()],
  build: {
    outDir: "../src/regulars/site/static/build",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    chunkSizeWarningLimit: 800,
    rollupOptions: {
      input: ["src/main.js", "src/portal.js"],
      output: {
        // Twelve hexadecimal digits are what WhiteNoise takes for "never changes".
        hashCharacters: "hex",
        entryFileNames: "[name].[hash:12].js",
        chunkFileNames: "[name].[hash:12].js",
        assetFileNames: "[name].[hash:12][extname]",
      },
    },
  },
});
