import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { usePage } from './page-context.ts';

/**
 * The heading of a page and its title. Whoever followed a link to it finds the focus here: otherwise it would be lost with the
 * link, and screen readers would say nothing.
 */
export function Heading({
  title,
  isHidden = false,
  children,
}: {
  title: string;
  isHidden?: boolean;
  children?: ComponentChildren;
}): VNode {
  const page = usePage();
  const heading = useRef<HTMLHeadingElement>(null);
  const route = page.route.value;
  useEffect(() => {
    if (page.hasArrived) heading.current?.focus({ preventScroll: true });
  }, [route.kind, title]);
  const news = page.timeline.feed.value.waiting.length;
  useEffect(() => {
    document.title = `${news > 0 ? `(${news}) ` : ''}${title} · Tribbler`;
  }, [title, news]);
  return (
    <div class={isHidden ? 'hidden' : 'heading'}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}
