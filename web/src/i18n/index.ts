import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { zh } from "./zh";

// Keys are not typed: with several hundred of them the compiler gives up on `t` ("excessively deep"). i18n.test.ts holds
// every key that the sources ask for against the words, and every word against the sources.
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "ui";
    returnNull: false;
  }
}

export async function startI18n(lang: "zh" | "en"): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: lang,
    fallbackLng: "zh",
    defaultNS: "ui",
    ns: ["ui"],
    resources: { zh: { ui: zh }, en: { ui: en } },
    // React escapes what it renders; plural forms are not used, so that both languages keep the same keys.
    interpolation: { escapeValue: false },
    returnNull: false,
    initAsync: false,
  });
  markDocument(lang);
}

export function setLanguage(lang: "zh" | "en"): void {
  if (i18next.language !== lang) void i18next.changeLanguage(lang);
  markDocument(lang);
}

function markDocument(lang: "zh" | "en"): void {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
}
