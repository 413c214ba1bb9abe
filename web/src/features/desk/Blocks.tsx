import { Fragment, memo, useEffect, useMemo, useRef, useState, type ReactNode } from "react";

// Long lists in blocks: above a threshold a block far from the window gives way to an empty box of its measured height.
// The scroll container keeps its true heights, so that sticking to the bottom and jumping to a line need no arithmetic.
const blockSize = 40;
const plainUpTo = 200;
const guessedRowPx = 40;
const marginPx = 800;

interface BlocksProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** Index of an item that must be in the page (to be scrolled to). */
  pinned?: number | undefined;
  children: (item: T) => ReactNode;
}

export function Blocks<T>({ items, keyOf, pinned, children }: BlocksProps<T>) {
  const blocks = useMemo(() => {
    const out: T[][] = [];
    for (let at = 0; at < items.length; at += blockSize) out.push(items.slice(at, at + blockSize));
    return out;
  }, [items]);
  const render = (item: T) => <Fragment key={keyOf(item)}>{children(item)}</Fragment>;
  if (items.length <= plainUpTo) return <div>{items.map(render)}</div>;
  return (
    <div>
      {blocks.map((block, index) => (
        <Block key={index} count={block.length} hold={index >= blocks.length - 1 || (pinned !== undefined && Math.floor(pinned / blockSize) === index)}>
          {() => block.map(render)}
        </Block>
      ))}
    </div>
  );
}

const Block = memo(function Block({ count, hold, children }: { count: number; hold: boolean; children: () => ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(hold);
  const height = useRef<number | null>(null);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (!entry.isIntersecting) height.current = element.offsetHeight;
        setNear(entry.isIntersecting);
      },
      { rootMargin: `${marginPx}px 0px` },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const shown = near || hold;
  return (
    <div ref={box} style={shown ? undefined : { height: height.current ?? count * guessedRowPx }}>
      {shown ? children() : null}
    </div>
  );
});
