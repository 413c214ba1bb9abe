// What is open over the page: search, the list of keys, the sample drawer. Shared by top bar, keyboard and pages.
import { create } from "zustand";

interface ShellUi {
  search: boolean;
  keys: boolean;
  samples: boolean;
  openSearch: () => void;
  openKeys: () => void;
  openSamples: () => void;
  close: () => void;
}

export const useShellUi = create<ShellUi>((set) => ({
  search: false,
  keys: false,
  samples: false,
  openSearch: () => set({ search: true, keys: false, samples: false }),
  openKeys: () => set({ keys: true, search: false, samples: false }),
  openSamples: () => set({ samples: true, search: false, keys: false }),
  close: () => set({ search: false, keys: false, samples: false }),
}));
