import type { VNode } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { LogInPage, SignUpPage } from './account-pages.tsx';
import { Dialogs } from './dialogs.tsx';
import { Heading } from './heading.tsx';
import { HomePage } from './home-page.tsx';
import { LandingPage } from './landing-page.tsx';
import { EmptyState, FailedState } from './notice.tsx';
import { usePage } from './page-context.ts';
import { ProfilePage } from './profile-page.tsx';
import { SearchPage } from './search-page.tsx';
import { Shell } from './shell.tsx';
import { listenForShortcuts } from './shortcuts.ts';
import { FeedSkeleton } from './skeletons.tsx';
import { TribblePage } from './tribble-page.tsx';

/** Everything that is seen. */
export function App(): VNode {
  const page = usePage();
  const route = page.route.value;
  useEffect(() => listenForShortcuts(page), [page]);
  useLayoutEffect(() => {
    const { scheme } = page.preferences;
    if (scheme.value === 'system') delete document.documentElement.dataset['scheme'];
    else document.documentElement.dataset['scheme'] = scheme.value;
  }, [page.preferences.scheme.value]);
  useLayoutEffect(() => page.restoreScroll(), [route]);
  return (
    <>
      <Shell>
        <Content />
      </Shell>
      <Dialogs />
    </>
  );
}

function Content(): VNode {
  const page = usePage();
  const route = page.route.value;
  switch (route.kind) {
    case 'home':
      return <Home />;
    case 'login':
      return <LogInPage />;
    case 'signup':
      return <SignUpPage />;
    case 'search':
      return <SearchPage query={route.query} />;
    case 'profile':
      return <ProfilePage key={route.user} user={route.user} tab={route.tab} />;
    case 'tribble':
      return <TribblePage key={route.key} user={route.user} postKey={route.key} />;
    case 'nowhere':
      return (
        <>
          <Heading title="Nothing here" isHidden />
          <EmptyState face="nowhere" title="There is nothing at this address">
            <a class="button" href="/">
              Home
            </a>
          </EmptyState>
        </>
      );
  }
}

/** The timeline, or for those who are not logged in what this is. */
function Home(): VNode {
  const page = usePage();
  const session = page.session.value;
  switch (session.kind) {
    case 'unknown':
      return <FeedSkeleton />;
    case 'nobody':
      return <LandingPage />;
    case 'user':
      return <HomePage user={session.me.id} />;
    case 'unreachable':
      return (
        <FailedState
          problem={{
            code: 'lost',
            title: 'Tribbler cannot be reached',
            detail: 'The server did not answer. It may be back in a moment.',
          }}
          retry={() => void page.findSession()} // Its outcome is the session.
        />
      );
  }
}
