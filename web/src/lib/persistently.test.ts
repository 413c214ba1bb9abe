import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { persistently } from "./persistently";

describe("persistently", () => {
  const health = vi.fn<() => Promise<Response>>();
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", health);
    health.mockReset();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("waits out a lost network, however long", async () => {
    health.mockRejectedValue(new TypeError("offline"));
    const load = vi.fn(async () => "part");
    for (let round = 0; round < 20; round += 1) load.mockRejectedValueOnce(new TypeError("offline"));
    const result = persistently(load);
    await vi.advanceTimersByTimeAsync(200_000);
    await expect(result).resolves.toBe("part");
    expect(load).toHaveBeenCalledTimes(21);
  });

  it("does not wait once the browser says that the network is back", async () => {
    health.mockRejectedValue(new TypeError("offline"));
    const load = vi.fn(async () => "part").mockRejectedValueOnce(new TypeError("offline"));
    const result = persistently(load);
    await vi.advanceTimersByTimeAsync(10);
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(1);
    await expect(result).resolves.toBe("part");
  });

  it("gives up when the server answers and the part is still not there", async () => {
    health.mockImplementation(async () => new Response("{}", { status: 200 }));
    const gone = new TypeError("gone");
    const result = persistently(() => Promise.reject(gone));
    const caught = expect(result).rejects.toBe(gone);
    await vi.advanceTimersByTimeAsync(30_000);
    await caught;
  });
});
