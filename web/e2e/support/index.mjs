// What a test file needs: `suite` gives a server and a browser for the file, `check` is a test that leaves pictures when it fails.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser } from "./browser.mjs";
import { ConsolePage } from "./pages/console.mjs";
import { ChatPage } from "./pages/chat.mjs";
import { Desk } from "./pages/desk.mjs";
import { SignIn } from "./pages/signin.mjs";
import { Studio } from "./pages/studio.mjs";
import { Server } from "./server.mjs";

export { low, until, wide } from "./browser.mjs";
export { ChatPage, ConsolePage, Desk, SignIn, Studio };

const testMs = 120_000;

export function suite() {
  const world = { server: null, browser: null };
  before(async () => {
    world.server = await Server.start();
    world.browser = await Browser.launch();
  });
  after(async () => {
    await world.browser?.close();
    await world.server?.stop();
  });

  // Signing in takes its time by design, and signin.test.mjs does it by hand: elsewhere each role signs in once.
  const sessions = {};
  const api = (role) => (sessions[role] ??= world.server.as(role));
  const signedIn = async (role, home, options) => {
    const context = await world.browser.person(world.server, { session: await api(role), ...options });
    const page = await context.newPage();
    await page.goto(home);
    await page.getByRole("banner").waitFor();
    return page;
  };

  return {
    world,
    check(name, run) {
      test(name, { timeout: testMs }, async (t) => {
        try {
          await run(t);
          assert.deepEqual(world.browser.complaints.splice(0), []);
        } catch (error) {
          t.diagnostic(`pictures: ${await world.browser.pictures(name)}`);
          for (const line of world.browser.complaints.splice(0)) t.diagnostic(line);
          throw error;
        } finally {
          await world.browser.leave();
        }
      });
    },
    rep: async (options) => new Desk(await signedIn("rep", "/", options)),
    supervisor: async (options) => new ConsolePage(await signedIn("supervisor", "/console", options)),
    /** Anybody, at any place. */
    someone: async (role, home, options) => signedIn(role, home, options),
    editor: async (options) => new Studio(await signedIn("editor", "/studio", options)),
    approver: async (options) => new Studio(await signedIn("approver", "/studio", options)),
    customer: async (options) => {
      const context = await world.browser.person(world.server, options);
      return new ChatPage(await context.newPage());
    },
    api,
  };
}
