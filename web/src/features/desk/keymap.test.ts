import { describe, expect, it } from "vitest";
import { en } from "../../i18n/en";
import { commandOf, keyHelp, placeOf, type KeyPlace, type KeyPress } from "./keymap";

const place = (change: Partial<KeyPlace> = {}): KeyPlace => ({ typing: false, composer: false, composerEmpty: false, control: false, wrapup: false, overlay: false, ...change });
const press = (code: string, change: Partial<KeyPress> = {}): KeyPress => ({
  code,
  key: code.startsWith("Key") ? code.slice(3).toLowerCase() : code.startsWith("Digit") ? code.slice(5) : code,
  ctrl: false,
  alt: false,
  shift: false,
  composing: false,
  ...change,
});
const typing = place({ typing: true });
const composer = place({ typing: true, composer: true });

describe("commandOf", () => {
  it.each([
    ["KeyJ", "next"],
    ["KeyK", "previous"],
    ["KeyX", "reject"],
    ["KeyD", "dismiss"],
    ["KeyW", "why"],
    ["KeyR", "recorded"],
    ["KeyL", "list"],
    ["KeyC", "compose"],
    ["Enter", "use"],
  ])("%s alone means %s", (code, name) => {
    expect(commandOf(press(code), place())).toEqual({ name });
  });

  it("leaves letters to the text while one types, but takes them with Alt", () => {
    expect(commandOf(press("KeyX"), typing)).toBeNull();
    expect(commandOf(press("KeyX", { alt: true }), typing)).toEqual({ name: "reject" });
    expect(commandOf(press("Slash", { key: "?", shift: true }), typing)).toBeNull();
    expect(commandOf(press("Slash", { key: "?", shift: true }), place())).toEqual({ name: "help" });
  });

  it("takes Enter for the card in an empty composer only", () => {
    expect(commandOf(press("Enter"), place({ typing: true, composer: true, composerEmpty: true }))).toEqual({ name: "use" });
    expect(commandOf(press("Enter"), composer)).toBeNull();
    expect(commandOf(press("Enter"), typing)).toBeNull();
    expect(commandOf(press("Enter", { ctrl: true }), composer)).toEqual({ name: "send" });
  });

  it("leaves Enter to buttons and links, and everything to an input method", () => {
    expect(commandOf(press("Enter"), place({ control: true }))).toBeNull();
    expect(commandOf(press("Enter", { composing: true }), place())).toBeNull();
    expect(commandOf(press("KeyK", { ctrl: true, composing: true }), place())).toBeNull();
  });

  it("searches from anywhere, even over a dialog, where nothing else works", () => {
    expect(commandOf(press("KeyK", { ctrl: true }), composer)).toEqual({ name: "search" });
    expect(commandOf(press("KeyK", { ctrl: true }), place({ overlay: true }))).toEqual({ name: "search" });
    for (const code of ["KeyJ", "KeyX", "Enter", "Escape"]) expect(commandOf(press(code), place({ overlay: true }))).toBeNull();
  });

  it("changes tabs with Alt and a digit from 1 to 5, typing or not", () => {
    expect(commandOf(press("Digit3", { alt: true }), composer)).toEqual({ name: "tab", index: 2 });
    expect(commandOf(press("Digit6", { alt: true }), place())).toBeNull();
    expect(commandOf(press("Digit3"), place())).toBeNull();
  });

  it("turns digits, E and Enter to the wrap-up while that is open", () => {
    const wrapup = place({ wrapup: true });
    expect(commandOf(press("Digit2"), wrapup)).toEqual({ name: "type", index: 1 });
    expect(commandOf(press("KeyE"), wrapup)).toEqual({ name: "edit" });
    expect(commandOf(press("Enter"), wrapup)).toEqual({ name: "confirm" });
    expect(commandOf(press("Enter", { ctrl: true }), place({ wrapup: true, typing: true }))).toEqual({ name: "confirm" });
    expect(commandOf(press("Enter"), place({ wrapup: true, typing: true }))).toBeNull();
    expect(commandOf(press("KeyX"), wrapup)).toBeNull();
  });

  it("leaves the composer with Escape", () => {
    expect(commandOf(press("Escape"), composer)).toEqual({ name: "leave" });
    expect(commandOf(press("Escape"), place())).toBeNull();
  });
});

describe("the list of keys", () => {
  it("names every key it shows", () => {
    for (const one of keyHelp) expect((en.keys as Record<string, string>)[one.what], one.what).toBeTruthy();
  });

  it("shows no key that does nothing", () => {
    const plain: Record<string, string> = { J: "KeyJ", K: "KeyK", X: "KeyX", D: "KeyD", W: "KeyW", C: "KeyC", R: "KeyR", L: "KeyL", E: "KeyE" };
    for (const one of keyHelp) {
      for (const key of one.keys) {
        const code = plain[key];
        if (code) expect(commandOf(press(code), place({ wrapup: one.group === "wrapup" })), key).not.toBeNull();
      }
    }
  });
});

describe("placeOf", () => {
  it("reads fields, buttons, the composer and open layers off the page", () => {
    document.body.innerHTML = `<div data-composer><textarea></textarea></div><input id="text"><input id="check" type="checkbox"><button id="press"></button><p id="plain"></p>`;
    const area = document.querySelector("textarea");
    expect(placeOf(area, false, false)).toMatchObject({ typing: true, composer: true, composerEmpty: true, overlay: false });
    if (area) area.value = "x";
    expect(placeOf(area, false, false).composerEmpty).toBe(false);
    expect(placeOf(document.getElementById("text"), false, false)).toMatchObject({ typing: true, composer: false });
    expect(placeOf(document.getElementById("check"), false, false)).toMatchObject({ typing: false, control: true });
    expect(placeOf(document.getElementById("press"), false, false)).toMatchObject({ typing: false, control: true });
    expect(placeOf(document.getElementById("plain"), true, false)).toMatchObject({ typing: false, control: false, wrapup: true });
    expect(placeOf(document.body, false, true).overlay).toBe(true);
    document.body.insertAdjacentHTML("beforeend", "<div data-overlay></div>");
    expect(placeOf(document.body, false, false).overlay).toBe(true);
  });
});
