/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Two pages: the desk (with console and studio) and the demo page of the customer chat. The embeddable widget is a third
// build of its own (vite.widget.config.ts), so that nothing of the desk can slip into it.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    sourcemap: false,
    cssCodeSplit: true,
    manifest: true,
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: "index.html", chat: "chat.html" } },
  },
  server: {
    port: 5173,
    proxy: { "/api": { target: process.env["FENSHEN_URL"] ?? "http://127.0.0.1:8080", ws: true } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    css: false,
    testTimeout: 20_000,
    pool: "threads",
    maxWorkers: 2,
  },
});
