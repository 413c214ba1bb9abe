// /widget.js. Embed: <script src="https://…/widget.js" defer data-lang="zh" data-title="…"></script>
// data-base names the server when it is not the one that served this script.
import { View } from "./view";

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;

function base(): string {
  const given = script?.dataset["base"];
  if (given !== undefined) return given.replace(/\/$/, "");
  const origin = script?.src ? new URL(script.src).origin : location.origin;
  return origin === location.origin ? "" : origin;
}

function start(): void {
  const asked = script?.dataset["lang"] ?? document.documentElement.lang;
  new View({ base: base(), lang: asked.toLowerCase().startsWith("en") ? "en" : "zh", title: script?.dataset["title"] ?? "" });
}

const marker = "__fenshenChat";
const page = window as unknown as Record<string, unknown>;
if (!page[marker]) {
  // Embedded twice by mistake, it still opens once.
  page[marker] = true;
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start, { once: true });
}
