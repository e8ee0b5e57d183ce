import type { VNode } from 'preact';

/** The shapes of what is being loaded, so that nothing jumps when it comes. */
export function FeedSkeleton({ count = 5 }: { count?: number }): VNode {
  return (
    <div class="skeletons" role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="card skeleton" aria-hidden="true">
          <div class="bone bone-face" />
          <div class="skeleton-lines">
            <div class="bone bone-name" />
            <div class="bone bone-line" />
            <div class={index % 2 === 0 ? 'bone bone-short' : 'bone bone-line'} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** The same for people. */
export function PeopleSkeleton({ count = 4 }: { count?: number }): VNode {
  return (
    <div class="skeletons" role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="person skeleton" aria-hidden="true">
          <div class="bone bone-face" />
          <div class="skeleton-lines">
            <div class="bone bone-name" />
          </div>
        </div>
      ))}
    </div>
  );
}
