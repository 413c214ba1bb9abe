import { SearchOutlined, TranslationOutlined } from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation, useNavigate } from "react-router";
import { Kbd } from "../components/Kbd";
import { Tag } from "../components/Tag";
import { dateTime } from "../lib/time";
import { useNow } from "../lib/useNow";
import { setPrefs, usePrefs, type ThemeChoice } from "../state/prefs";
import { hasRole, session, useSession } from "../state/session";
import { useShellUi } from "../state/shellUi";
import { Logo } from "./Logo";
import styles from "./shell.module.css";

type Place = "desk" | "console" | "quality" | "studio";

function usePlaces(): { place: Place; to: string }[] {
  const user = useSession((state) => state.user);
  const places: { place: Place; to: string }[] = [];
  if (hasRole(user, "rep", "admin")) places.push({ place: "desk", to: "/" });
  if (hasRole(user, "supervisor", "admin", "auditor")) places.push({ place: "console", to: "/console" });
  if (hasRole(user, "rep", "supervisor", "inspector", "admin", "auditor")) places.push({ place: "quality", to: "/quality" });
  if (hasRole(user, "editor", "approver", "admin")) places.push({ place: "studio", to: "/studio" });
  return places;
}

export function TopBar() {
  const { t } = useTranslation();
  const places = usePlaces();
  const { pathname } = useLocation();
  const here: Place = pathname.startsWith("/console") ? "console" : pathname.startsWith("/studio") ? "studio" : pathname.startsWith("/quality") ? "quality" : "desk";
  return (
    <header className={styles.top}>
      <div className={styles.brand}>
        <Logo />
        <span className={styles.brandName}>{t("brand")}</span>
        {places.length > 1 ? (
          <nav className={styles.nav} aria-label={t("shell.nav")}>
            {places.map(({ place, to }) => (
              <NavLink key={place} to={to} end={to === "/"} className={place === here ? styles.navHere : styles.navLink}>
                {t(`places.${place}`)}
              </NavLink>
            ))}
          </nav>
        ) : (
          <span className={styles.place}>{t(`places.${here}`)}</span>
        )}
      </div>
      <div className={styles.middle}>{here === "desk" ? <SearchButton /> : null}</div>
      <div className={styles.right}>
        <Tag>{t("demo")}</Tag>
        <Clock />
        <LanguageButton />
        <Account />
      </div>
    </header>
  );
}

function SearchButton() {
  const { t } = useTranslation();
  const open = useShellUi((state) => state.openSearch);
  return (
    <button type="button" className={styles.searchButton} onClick={open} aria-label={t("search.open")} aria-keyshortcuts="Control+K">
      <SearchOutlined aria-hidden="true" />
      <span>{t("search.placeholder")}</span>
      <Kbd>Ctrl+K</Kbd>
    </button>
  );
}

function Clock() {
  const now = useNow();
  return <time className={styles.clock}>{dateTime(now)}</time>;
}

function LanguageButton() {
  const { t } = useTranslation();
  const lang = usePrefs((prefs) => prefs.lang);
  return (
    <Button
      type="text"
      icon={<TranslationOutlined aria-hidden="true" />}
      aria-label={`${t("shell.language")}: ${lang === "zh" ? "English" : "\u4e2d\u6587"}`}
      onClick={() => setPrefs({ lang: lang === "zh" ? "en" : "zh" })}
    >
      <span lang={lang === "zh" ? "en" : "zh-CN"}>{lang === "zh" ? "English" : "\u4e2d\u6587"}</span>
    </Button>
  );
}

function Account() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const user = useSession((state) => state.user);
  const theme = usePrefs((prefs) => prefs.theme);
  const sound = usePrefs((prefs) => prefs.sound);
  const openKeys = useShellUi((state) => state.openKeys);
  if (!user) return null;
  const themes: ThemeChoice[] = ["light", "dark", "system"];
  const items: MenuProps["items"] = [
    {
      key: "theme",
      type: "group",
      label: t("shell.theme"),
      children: themes.map((one) => ({ key: `theme:${one}`, label: t(`shell.${one}`), extra: one === theme ? "\u2713" : "" })),
    },
    { type: "divider" },
    { key: "sound", label: t("shell.sound"), extra: sound ? t("shell.on") : t("shell.off") },
    { key: "keys", label: t("shell.keys"), extra: "?" },
    { type: "divider" },
    { key: "out", label: t("shell.signOut") },
  ];
  const onClick: MenuProps["onClick"] = ({ key }) => {
    if (key.startsWith("theme:")) setPrefs({ theme: key.slice(6) as ThemeChoice });
    else if (key === "sound") setPrefs({ sound: !sound });
    else if (key === "keys") openKeys();
    else if (key === "out") void session.signOut().then(() => navigate("/signin"));
  };
  return (
    <Dropdown menu={{ items, onClick }} trigger={["click"]} placement="bottomRight">
      <button type="button" className={styles.account} aria-label={`${t("shell.account")}: ${user.name}`}>
        <span className={styles.avatar} aria-hidden="true">
          {Array.from(user.name).at(-1) ?? ""}
        </span>
        <span>{user.name}</span>
        {user.number ? <span className={styles.number}>{t("shell.number", { number: user.number })}</span> : null}
      </button>
    </Dropdown>
  );
}
