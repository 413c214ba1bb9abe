import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { markThemeEarly } from "./app/theme";
import { startI18n } from "./i18n";
import { usePrefs } from "./state/prefs";
import { session } from "./state/session";
import "./styles/tokens.css";

markThemeEarly();
void session.load();
void startI18n(usePrefs.getState().lang).then(() => {
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<App />);
});
