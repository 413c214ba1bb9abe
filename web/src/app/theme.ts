import { theme, type ThemeConfig } from "antd";
import { useEffect } from "react";
import { useMedia } from "../lib/useMedia";
import { usePrefs } from "../state/prefs";

const fontFamily = "var(--font)";

// antd computes with colours, so these repeat the values of styles/tokens.css.
const light: ThemeConfig = {
  algorithm: theme.defaultAlgorithm,
  token: {
    colorPrimary: "#1f2329",
    colorInfo: "#0958d9",
    colorLink: "#0958d9",
    colorError: "#cf1322",
    colorWarning: "#d46b08",
    colorSuccess: "#237804",
    colorText: "#1f2329",
    colorTextSecondary: "#4e5969",
    colorTextTertiary: "#6b7785",
    colorTextPlaceholder: "#6b7785",
    colorTextDescription: "#6b7785",
    colorBorder: "#c9cdd4",
    colorBorderSecondary: "#e5e6eb",
    colorBgLayout: "#ffffff",
    controlItemBgActive: "#f2f3f5",
    controlItemBgHover: "#f2f3f5",
    controlOutline: "rgba(31,35,41,0.12)",
    borderRadius: 6,
    fontSize: 14,
    fontFamily,
    motionDurationMid: "0.12s",
    motionDurationSlow: "0.18s",
  },
  components: {
    Button: { primaryShadow: "none", defaultShadow: "none", fontWeight: 400 },
    Segmented: { trackBg: "#f2f3f5", itemSelectedBg: "#ffffff" },
    Table: { headerBg: "#ffffff", headerColor: "#6b7785", headerSplitColor: "transparent", rowHoverBg: "#f5f6f8" },
    Tabs: { inkBarColor: "#1f2329", itemSelectedColor: "#1f2329", itemHoverColor: "#1f2329", itemColor: "#4e5969" },
  },
};

const dark: ThemeConfig = {
  algorithm: theme.darkAlgorithm,
  token: {
    colorPrimary: "#e8eaed",
    colorInfo: "#7db4ff",
    colorLink: "#7db4ff",
    colorError: "#ff8884",
    colorWarning: "#e8953a",
    colorSuccess: "#8bd36b",
    colorText: "#e8eaed",
    colorTextSecondary: "#b4bcc6",
    colorTextTertiary: "#929ca8",
    colorTextPlaceholder: "#929ca8",
    colorTextDescription: "#929ca8",
    colorBgBase: "#16181b",
    colorBgContainer: "#1b1e22",
    colorBgElevated: "#23272c",
    colorBgLayout: "#16181b",
    colorBorder: "#4a5059",
    colorBorderSecondary: "#31353b",
    controlItemBgActive: "#2a2f36",
    controlItemBgHover: "#262a30",
    controlOutline: "rgba(232,234,237,0.16)",
    borderRadius: 6,
    fontSize: 14,
    fontFamily,
    motionDurationMid: "0.12s",
    motionDurationSlow: "0.18s",
  },
  components: {
    Button: {
      primaryShadow: "none",
      defaultShadow: "none",
      fontWeight: 400,
      primaryColor: "#16181b",
      colorPrimary: "#e8eaed",
      colorPrimaryHover: "#ffffff",
      colorPrimaryActive: "#c9cdd4",
    },
    Checkbox: { colorWhite: "#16181b", colorPrimary: "#e8eaed", colorPrimaryHover: "#ffffff" },
    Radio: { colorWhite: "#16181b", colorPrimary: "#e8eaed" },
    Switch: { colorPrimary: "#929ca8", colorPrimaryHover: "#b4bcc6" },
    Segmented: { trackBg: "#23272c", itemSelectedBg: "#3a4048", itemSelectedColor: "#e8eaed", itemColor: "#b4bcc6" },
    Table: { headerBg: "#1b1e22", headerColor: "#929ca8", headerSplitColor: "transparent", rowHoverBg: "#23272c" },
    Tabs: { inkBarColor: "#e8eaed", itemSelectedColor: "#e8eaed", itemHoverColor: "#e8eaed", itemColor: "#b4bcc6" },
    Select: { optionSelectedBg: "#2a2f36" },
  },
};

/** The antd theme for the chosen appearance; also marks the document, so that our own styles follow. */
export function useTheme(): ThemeConfig {
  const choice = usePrefs((prefs) => prefs.theme);
  const system = useMedia("(prefers-color-scheme: dark)");
  const isDark = choice === "dark" || (choice === "system" && system);
  useEffect(() => markTheme(isDark), [isDark]);
  return isDark ? dark : light;
}

function markTheme(isDark: boolean): void {
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
  document.documentElement.style.colorScheme = isDark ? "dark" : "light";
}

/** Before the first paint, so that a dark desk does not start with a white flash. */
export function markThemeEarly(): void {
  const { theme: choice } = usePrefs.getState();
  markTheme(choice === "dark" || (choice === "system" && window.matchMedia("(prefers-color-scheme: dark)").matches));
}
