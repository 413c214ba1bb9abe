import { useEffect } from "react";
import { api } from "../../api/client";
import { useLive } from "../../state/live";
import { draftOf } from "../../state/drafts";
import { useShellUi } from "../../state/shellUi";
import { neighbour, stackOf } from "./cards";
import { dismissCard, focusComposer, sendDraft, sendWords, takeCard } from "./commands";
import { commandOf, placeOf, pressOf, type Command } from "./keymap";
import { deskUi, tabNames, useDeskUi } from "./ui";
import { wrapupCommands } from "./wrapupCommands";

// A card that has only just come up is not yet what the rep meant when the key went down.
const settleMs = 350;

function shownView(conversation: string) {
  const { shown } = useDeskUi.getState();
  const state = useLive.getState().conversations[conversation];
  const index = shown === null ? undefined : state?.cardIndex[shown];
  return index === undefined ? null : (state?.cards[index] ?? null);
}

function settled(): boolean {
  const { shown, shownSince, chosen } = useDeskUi.getState();
  return chosen === shown || Date.now() - shownSince > settleMs;
}

function move(conversation: string, step: 1 | -1): void {
  const stack = stackOf(useLive.getState().conversations[conversation]?.cards ?? []);
  const next = neighbour(stack, useDeskUi.getState().shown, step);
  if (next) deskUi.choose(next);
}

function run(command: Command, conversation: string, writable: boolean): boolean {
  const shell = useShellUi.getState();
  switch (command.name) {
    case "search":
      shell.openSearch();
      return true;
    case "help":
      shell.openKeys();
      return true;
    case "list":
      document.querySelector<HTMLElement>("[data-list] [aria-current], [data-list] button")?.focus();
      return true;
    case "leave":
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      return true;
    case "tab": {
      const tab = tabNames[command.index];
      if (tab) deskUi.tab(tab);
      return true;
    }
    case "next":
      move(conversation, 1);
      return true;
    case "previous":
      move(conversation, -1);
      return true;
    case "why":
      if (shownView(conversation)) deskUi.popover(useDeskUi.getState().popover === "why" ? null : "why");
      return true;
    case "confirm":
      wrapupCommands.current?.confirm();
      return true;
    case "edit":
      wrapupCommands.current?.edit();
      return true;
    case "type":
      wrapupCommands.current?.type(command.index);
      return true;
    case "compose":
      focusComposer();
      return true;
    case "use":
    case "send":
    case "dismiss":
    case "reject":
    case "recorded":
      return writable ? act(command.name, conversation) : false;
    default:
      return never(command);
  }
}

function act(name: "use" | "send" | "dismiss" | "reject" | "recorded", conversation: string): boolean {
  if (name === "recorded") {
    const sample = useLive.getState().list[conversation]?.sample;
    if (sample?.waiting_for === "rep") void api.sampleAction(conversation, { action: "rep_turn" }).catch(() => {});
    return true;
  }
  if (name === "send" && draftOf(conversation).text.trim() !== "") return sendDraft(conversation);
  const view = shownView(conversation);
  if (!view || !settled()) return true;
  if (name === "use") takeCard(conversation, view);
  else if (name === "send") sendWords(conversation, view);
  else if (name === "dismiss") dismissCard(conversation, view);
  else deskUi.popover("reject");
  return true;
}

function layerOpen(): boolean {
  const { search, keys, samples } = useShellUi.getState();
  return search || keys || samples;
}

function never(_command: never): boolean {
  return false;
}

/** The desk's keyboard. Without a conversation only search and help answer. */
export function useDeskKeys(conversation: string | undefined, wrapup: boolean, writable: boolean): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const command = commandOf(pressOf(event), placeOf(event.target, wrapup, layerOpen()));
      if (!command) return;
      if (!conversation && command.name !== "search" && command.name !== "help" && command.name !== "list" && command.name !== "leave") return;
      if (run(command, conversation ?? "", writable)) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [conversation, wrapup, writable]);
}
