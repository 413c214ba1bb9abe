import { useLayoutEffect, useRef, useState, type ReactNode } from "react";

interface VirtualRowsProps<T> {
  items: readonly T[];
  rowHeight: number;
  keyOf: (item: T) => string;
  children: (item: T, index: number) => ReactNode;
  className?: string | undefined;
  /** Called when the end comes near: time to read the next page. */
  onEnd?: (() => void) | undefined;
}

const plainUpTo = 200;
const extraRows = 8;

/** Rows of one height in a scroll container; above 200 only those near the window are in the page. */
export function VirtualRows<T>({ items, rowHeight, keyOf, children, className, onEnd }: VirtualRowsProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const virtual = items.length > plainUpTo;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      setView({ top: element.scrollTop, height: element.clientHeight });
      if (onEnd && element.scrollHeight - element.scrollTop - element.clientHeight < rowHeight * 10) onEnd();
    };
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, [rowHeight, onEnd, items.length]);

  const first = virtual ? Math.max(0, Math.floor(view.top / rowHeight) - extraRows) : 0;
  const last = virtual ? Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + extraRows) : items.length;
  return (
    <div ref={box} className={className} role="rowgroup">
      <div style={virtual ? { height: items.length * rowHeight, paddingTop: first * rowHeight, boxSizing: "border-box" } : undefined}>
        {items.slice(first, last).map((item, index) => (
          <div key={keyOf(item)} role="presentation">
            {children(item, first + index)}
          </div>
        ))}
      </div>
    </div>
  );
}
