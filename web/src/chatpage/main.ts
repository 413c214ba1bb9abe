// The demo page around the widget: a fictional bank's page in two languages. Not needed to embed the widget elsewhere.
import "./page.css";

const english: Record<string, string> = {
  bank: "Yunjiang Bank",
  demo: "Demo data",
  title: "Need a hand? Talk to us.",
  intro: "This is the page of a fictional bank that shows the customer chat. Press the button at the lower right; your messages appear on the rep's desk.",
  cardTitle: "Cards",
  cardText: "Report a loss, replace or release a card by phone, in the app or at a branch.",
  loanTitle: "Loans and instalments",
  loanText: "See costs and the annual rate first, then decide.",
  wealthTitle: "Wealth and insurance",
  wealthText: "Wealth products are not deposits and carry risk.",
  safeTitle: "Stay safe",
  safeText: "The bank never asks for passwords or codes, and there is no “safe account”.",
};

const wantsEnglish = new URLSearchParams(location.search).get("lang") === "en";
if (wantsEnglish) {
  document.documentElement.lang = "en";
  document.title = `${english["bank"]} · ${english["demo"]}`;
  for (const element of document.querySelectorAll<HTMLElement>("[data-t]")) {
    const text = english[element.dataset["t"] ?? ""];
    if (text) element.textContent = text;
  }
  const link = document.getElementById("lang");
  if (link instanceof HTMLAnchorElement) {
    link.href = "?lang=zh";
    link.lang = "zh-CN";
    link.textContent = "中文";
  }
}
