import { defineConfig } from "vite";

// /widget.js: one classic script without imports, so that any page can embed it with a single tag under a strict CSP.
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2020",
    emptyOutDir: false,
    sourcemap: false,
    lib: { entry: "src/widget/index.ts", name: "FenshenChat", formats: ["iife"], fileName: () => "widget.js" },
  },
});
