import { useEffect, useRef } from "react";

/** Keys of the page, wherever the focus is: what had it may just have been removed. Open dialogs keep theirs. */
export function useKeys(handle: (event: KeyboardEvent) => void): void {
  const now = useRef(handle);
  useEffect(() => {
    now.current = handle;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const inside = event.target instanceof Element && event.target.closest('[role="dialog"], [role="menu"], [role="listbox"]');
      if (!event.defaultPrevented && !inside) now.current(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
