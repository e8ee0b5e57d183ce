import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { projectRoot } from '../../tools/project-root.ts';
import { ComparedServers } from '../support/compared-servers.ts';
import { describeSync } from '../support/describe-sync.ts';
import { SyncMesh } from '../support/sync-mesh.ts';
import { isRecording, readTranscript, writeTranscript } from './transcript.ts';
import type { Scene } from './transcript.ts';

// What replicas say to each other, on virtual time. `RECORD=1 npm test -- transcripts/sync` records it anew.
//
//   actors COUNT           query actors of one server: 0, 1, …
//   servers COUNT          servers, which pass on what they hear
//   two servers            one and two, which compare what they have; they have not met
//   put WHO KEY VALUE      delete WHO KEY
//   cut A-B, mend A-B      the way between two is cut, and whole again
//   forget WHO             its stream has nothing any more
//   meet                   the two servers do
//   wait MS                time passes

const folder = join(projectRoot, 'test/transcripts/sync');

for (const file of readdirSync(folder).toSorted()) {
  test(`transcript ${file}`, () => {
    const path = join(folder, file);
    const scenes = readTranscript(path);
    const stage = new Stage();
    const played = scenes.map((scene) => {
      for (const command of scene.commands) stage.perform(command);
      return { ...scene, expected: stage.takeLines() } satisfies Scene;
    });
    if (isRecording) writeTranscript(path, played);
    else assert.deepEqual(played, scenes);
  });
}

/** The replicas of a transcript, and what they said since it was last asked. */
class Stage {
  #mesh: SyncMesh = new SyncMesh({ nodes: 0, isLocal: true });
  #pair: ComparedServers | undefined;
  #startMs = 0;
  #lines: string[] = [];

  takeLines(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  perform(command: string): void {
    const [word = '', first = '', key = '', value = ''] = command.split(' ');
    switch (word) {
      case 'actors':
      case 'servers':
        return this.#begin(Number(first), word === 'actors');
      case 'two':
        this.#pair = new ComparedServers();
        this.#startMs = this.#pair.nowMs;
        return;
      case 'put':
        return this.#put(first, key, value);
      case 'delete':
        return this.#mesh.node(Number(first)).delete(key, this.#mesh.nowMs);
      case 'cut':
        this.#mesh.cut.add(first);
        return;
      case 'mend':
        this.#mesh.cut.delete(first);
        return;
      case 'forget': {
        const { local } = this.#mustGetServer(first);
        return local.trim(local.last);
      }
      case 'meet':
        return this.#pair?.meet();
      case 'wait':
        return this.#wait(Number(first));
      default:
        assert.fail(`there is no command ${word}`);
    }
  }

  #begin(nodes: number, isLocal: boolean): void {
    this.#mesh = new SyncMesh({ nodes, isLocal });
    this.#startMs = this.#mesh.nowMs;
    this.#mesh.onSent = (from, to, message, isLost) => {
      const way = `${from.index} to ${to.index}${isLost ? ', lost' : ''}`;
      this.#show(this.#mesh.nowMs, way, describeSync(message));
    };
  }

  #put(who: string, key: string, value: string): void {
    if (this.#pair === undefined) this.#mesh.put(Number(who), key, value);
    else this.#mustGetServer(who).put(key, value, this.#pair.nowMs);
  }

  #wait(ms: number): void {
    const pair = this.#pair;
    if (pair === undefined) return this.#mesh.run(ms);
    for (const untilMs = pair.nowMs + ms; pair.nowMs < untilMs;) {
      const [atMs, sentBefore] = [pair.nowMs, pair.sent.length];
      pair.run(1);
      for (const message of pair.sent.slice(sentBefore)) {
        const from = message.from.uid() === pair.one.ref.uid() ? 'one to two' : 'two to one';
        this.#show(atMs, from, describeSync(message));
      }
    }
  }

  #mustGetServer(name: string): ComparedServers['one'] {
    assert.ok(this.#pair !== undefined, 'there are two servers');
    return name === 'one' ? this.#pair.one : this.#pair.two;
  }

  #show(atMs: number, way: string, lines: readonly string[]): void {
    this.#lines.push(`${atMs - this.#startMs} ms, ${way}`, ...lines.map((line) => `  ${line}`));
  }
}
