import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** A file system of its own in a folder, which may become full. */
export class SmallDisk {
  readonly #folder: string;

  /** Undefined, with the test skipped, where that is not allowed. */
  static mount(t: TestContext, folder: string, size: string): SmallDisk | undefined {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder]);
    if (mounted.status === 0) return new SmallDisk(folder);
    t.skip(`needs Linux and root, to mount a small file system: ${String(mounted.stderr)}`);
    return undefined;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  grow(size: string): void {
    const grown = spawnSync('mount', ['-o', `remount,size=${size}`, this.#folder]);
    assert.equal(grown.status, 0, String(grown.stderr));
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.#folder]);
  }
}
