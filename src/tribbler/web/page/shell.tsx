import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { profileAddress } from '../model/route.ts';
import { FaceImage } from './face-image.tsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import { MissingNotice, Notice } from './notice.tsx';
import { usePage } from './page-context.ts';
import type { PageState } from './page-state.ts';
import { PeopleStore } from './people-store.ts';
import { PeopleView } from './people-view.tsx';
import type { Scheme } from './preferences.ts';

/** What is around every page: the name, the ways, the news about the connection, and what is aside. */
export function Shell({ children }: { children: ComponentChildren }): VNode {
  const page = usePage();
  const isUser = page.me.value !== undefined;
  return (
    <div class={isUser ? 'shell' : 'shell shell-out'}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Rail />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      {isUser && !isAboutPeople(page) && <Aside />}
      <Bars />
      <p class="hidden" role="status" aria-live="polite">
        {page.spoken.value}
      </p>
    </div>
  );
}

/** Whether the page itself shows who is new: then that is not said twice. */
function isAboutPeople(page: PageState): boolean {
  const { list } = page.timeline.feed.value;
  const isFirstVisit = list.status === 'ready' && list.items.length === 0;
  const { kind } = page.route.value;
  return kind === 'search' || (kind === 'home' && isFirstVisit);
}

/** What changes while somebody reads is told over the page, below: it must not push away what is read. */
function Bars(): VNode {
  const page = usePage();
  const { list } = page.timeline.feed.value;
  // A timeline tells itself what it lacks; here stands what it began to lack since.
  const isTold = page.route.value.kind === 'home' && list.missing.length > 0;
  return (
    <div class="bars">
      {!page.isOnline.value && (
        <Notice icon="cloud">
          <p>You are offline. What you write is posted when the connection is back.</p>
        </Notice>
      )}
      {!isTold && (
        <MissingNotice
          missing={page.streamMissing.value}
          retry={() => void page.timeline.load()} // Its outcome is in the store.
        />
      )}
    </div>
  );
}

function Rail(): VNode {
  const page = usePage();
  const user = page.me.value;
  const route = page.route.value;
  return (
    <header class="rail">
      <a class="brand" href="/" aria-label="Tribbler">
        <FaceImage name="tribbler" size="small" />
        <span>Tribbler</span>
      </a>
      <nav class="ways" aria-label="Pages">
        {user !== undefined && (
          <Way to="/" icon="home" title="Home" isHere={route.kind === 'home'} />
        )}
        <Way to="/search" icon="people" title="People" isHere={route.kind === 'search'} />
        {user !== undefined && (
          <Way
            to={profileAddress(user)}
            icon="person"
            title="Profile"
            isHere={route.kind === 'profile' && route.user === user}
          />
        )}
        {user === undefined && page.session.value.kind === 'nobody' && (
          <Way to="/login" icon="door" title="Log in" isHere={route.kind === 'login'} />
        )}
      </nav>
      {user !== undefined && <ComposeButton />}
      <div class="rail-foot">
        <SchemeButton />
        {user !== undefined && <UserBox user={user} />}
      </div>
    </header>
  );
}

function Way({
  to,
  icon,
  title,
  isHere,
}: {
  to: string;
  icon: IconName;
  title: string;
  isHere: boolean;
}): VNode {
  return (
    <a class="way" href={to} {...(isHere ? { 'aria-current': 'page' as const } : {})}>
      <Icon name={icon} />
      <span>{title}</span>
    </a>
  );
}

function ComposeButton(): VNode {
  const page = usePage();
  return (
    <button
      type="button"
      class="button compose-button"
      aria-label="New Tribble"
      onClick={() => (page.dialog.value = { kind: 'compose' })}
    >
      <Icon name="plus" />
      <span>New Tribble</span>
    </button>
  );
}

const schemeWords: Readonly<Record<Scheme, readonly [IconName, string]>> = {
  system: ['screen', 'Colours: as the system has them'],
  light: ['sun', 'Colours: light'],
  dark: ['moon', 'Colours: dark'],
};

function SchemeButton(): VNode {
  const { preferences } = usePage();
  const [icon, label] = schemeWords[preferences.scheme.value];
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => preferences.turnScheme()}
    >
      <Icon name={icon} />
    </button>
  );
}

function UserBox({ user }: { user: string }): VNode {
  const page = usePage();
  return (
    <div class="user-box">
      <a class="person-link" href={profileAddress(user)} aria-label={`@${user}`}>
        <FaceImage name={user} size="small" />
        <span class="author">@{user}</span>
      </a>
      <button
        type="button"
        class="icon-button"
        aria-label="Log out"
        title="Log out"
        onClick={() => void page.logOut()} // Its outcome is shown.
      >
        <Icon name="door" />
      </button>
    </div>
  );
}

/** Beside the page where there is room: who is new, and how to get along without a mouse. */
function Aside(): VNode {
  const page = usePage();
  const people = useMemo(() => {
    const store = new PeopleStore((cursor) => page.api.search('', cursor));
    void store.load(); // Its outcome is in the store.
    return store;
  }, [page]);
  return (
    <aside class="aside" aria-label="Aside">
      <section class="panel" aria-labelledby="new-people">
        <h2 id="new-people">New here</h2>
        <PeopleView store={people} label="New here" suggestions={5} empty={<p>Nobody yet.</p>} />
        <p class="panel-foot">
          <a href="/search">Find people</a>
        </p>
      </section>
      <button
        type="button"
        class="link-button aside-keys"
        onClick={() => (page.dialog.value = { kind: 'help' })}
      >
        <Icon name="keyboard" />
        Keyboard shortcuts
      </button>
    </aside>
  );
}
