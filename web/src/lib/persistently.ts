// Parts of the page that are read when first needed must not fall over because the network happened to be away at that
// moment: reading goes on until it succeeds. Only where the server answers and the part still cannot be read (a newer
// version has replaced it) is it an error.

const pausesMs = [500, 1_000, 2_000, 4_000, 8_000];
const failuresThoughReachable = 3;

async function reachable(): Promise<boolean> {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

function pause(attempt: number): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      window.removeEventListener("online", finish);
      done();
    };
    const timer = setTimeout(finish, pausesMs[Math.min(attempt, pausesMs.length - 1)]);
    window.addEventListener("online", finish);
  });
}

export async function persistently<T>(load: () => Promise<T>): Promise<T> {
  let failures = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await load();
    } catch (error) {
      if (await reachable()) failures += 1;
      if (failures >= failuresThoughReachable) throw error;
      await pause(attempt);
    }
  }
}
