import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatHostPort } from '../core/network.ts';
import type { Timers } from '../core/timers.ts';
import { LinksView } from './links-view.ts';
import type { MemberStatus } from './remote/links-options.ts';
import type { SystemLinks } from './system-links.ts';

interface World {
  readonly view: LinksView;
  readonly members: { address: string; state: MemberStatus['state'] }[];
  /** What the view told its gateway, and asked of the links. */
  readonly news: string[];
  readonly runMicrotasks: () => void;
}

function startView(): World {
  const members: World['members'] = [];
  const news: string[] = [];
  const microtasks: (() => void)[] = [];
  const timers: Timers = {
    microtask: (callback) => void microtasks.push(callback),
    nextTurn: () => assert.fail('too late'),
    setTimer: () => assert.fail('too late'),
  };
  const links: SystemLinks = {
    start: () => {},
    mayTake: () => true,
    send: () => {},
    drop: () => {},
    reject: () => {},
    addMember: (at) => void news.push(`add ${formatHostPort(at)}`),
    removeMember: (at) => void news.push(`remove ${formatHostPort(at)}`),
    members: () => members as unknown as readonly MemberStatus[],
    close: () => Promise.resolve(),
  };
  const view = new LinksView(links, timers);
  const runMicrotasks = (): void => microtasks.splice(0).forEach((callback) => callback());
  return { view, members, news, runMicrotasks };
}

const one = 'one:7000#boot1.1';
const two = 'two:7000#boot2.2';

describe('who listens for peers', () => {
  test('hears of those that were up before, later and once, and of no other', () => {
    const { view, members, news, runMicrotasks } = startView();
    members.push({ address: one, state: 'up' }, { address: two, state: 'waiting' });
    view.onPeerUp = (address) => void news.push(`up ${address}`);
    assert.deepEqual(news, []);
    runMicrotasks();
    runMicrotasks();
    assert.deepEqual(news, [`up ${one}`]);
  });

  test('hears once of one that comes up before it heard of those that are', () => {
    const { view, members, news, runMicrotasks } = startView();
    view.onPeerUp = (address) => void news.push(`up ${address}`);
    members.push({ address: one, state: 'up' });
    view.tellUp(one);
    runMicrotasks();
    members.push({ address: two, state: 'up' });
    view.tellUp(two);
    assert.deepEqual(news, [`up ${one}`, `up ${two}`]);
  });

  test('and is replaced leaves it to the next one, which hears of all', () => {
    const { view, members, news, runMicrotasks } = startView();
    members.push({ address: one, state: 'up' });
    view.onPeerUp = () => assert.fail('it was replaced');
    const listener = (address: string): void => void news.push(`up ${address}`);
    view.onPeerUp = listener;
    assert.equal(view.onPeerUp, listener);
    runMicrotasks();
    view.onPeerUp = (address) => void news.push(`again ${address}`);
    runMicrotasks();
    assert.deepEqual(news, [`up ${one}`, `again ${one}`]);
  });

  test('hears nothing once its gateway is closed', () => {
    const { view, members, runMicrotasks } = startView();
    members.push({ address: one, state: 'up' });
    view.onPeerUp = () => assert.fail('it is closed');
    view.onPeerDown = () => assert.fail('it is closed');
    view.close();
    runMicrotasks();
    view.tellUp(two);
    view.tellDown(one);
  });

  test('may make and unmake members, by what people type', () => {
    const { view, news } = startView();
    view.addMember('one:7000');
    view.removeMember('[::1]:7000');
    assert.deepEqual(news, ['add one:7000', 'remove [::1]:7000']);
    assert.throws(() => view.addMember('one'), { code: 'USAGE' });
    assert.throws(() => view.removeMember('one'), { code: 'USAGE' });
  });
});
