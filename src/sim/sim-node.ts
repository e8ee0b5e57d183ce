import { assert } from '../core/assert.ts';
import type { Disk } from '../core/disk.ts';
import type { Outside } from '../core/outside.ts';
import type { ThreadEntry, Threads } from '../core/threads.ts';
import type { Scheduler } from './scheduler.ts';
import { SimClock } from './sim-clock.ts';
import { SimDigest } from './sim-digest.ts';
import { SimDisk } from './sim-disk.ts';
import type { SimDrive } from './sim-drive.ts';
import { mainFolder, SimDrives } from './sim-drives.ts';
import type { SimInternet } from './sim-internet.ts';
import { SimLife } from './sim-life.ts';
import { SimLog } from './sim-log.ts';
import type { SimLogEntry } from './sim-log.ts';
import { SimNetwork } from './sim-network.ts';
import type { SimRandom } from './sim-random.ts';
import { SimThreads } from './sim-threads.ts';
import { SimTimers } from './sim-timers.ts';

export interface SimNodeOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly internet: SimInternet;
  readonly random: SimRandom;
  readonly coreCount: number;
  readonly entryOf: (url: string) => ThreadEntry | undefined;
  readonly writeLog: (entry: SimLogEntry) => void;
}

/** What a node runs; called again, with another outside, whenever the node starts again. */
export type SimProgram = (outside: Outside, threads: Threads, disk: Disk) => void | Promise<void>;

/** A process on a host of its own, and what can happen to it. */
export class SimNode {
  readonly name: string;
  readonly clock: SimClock;
  /** What stays over crashes, and where disk faults are made. */
  readonly drives: SimDrives;
  readonly #options: SimNodeOptions;
  #program: SimProgram | undefined;
  #incarnation = 0;
  #lives: SimLife[] = [];
  #outside: Outside;
  #threads: Threads;
  #disk: Disk;
  #pauseCount = 0;

  constructor(options: SimNodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.clock = new SimClock(options.scheduler);
    this.drives = new SimDrives(options.random);
    [this.#outside, this.#threads, this.#disk] = this.#start();
  }

  /** The outside of the main thread of the present life. */
  get outside(): Outside {
    return this.#outside;
  }

  get threads(): Threads {
    return this.#threads;
  }

  /** The data folder, for the main thread of the present life. */
  get disk(): Disk {
    return this.#disk;
  }

  /** What `disk` writes on. */
  get drive(): SimDrive {
    return this.drives.of(mainFolder).drive;
  }

  get isUp(): boolean {
    return this.#lives.length > 0;
  }

  /** Runs `program`, now and at every restart. */
  boot(program: SimProgram): void {
    assert(this.isUp, `${this.name} is down`);
    this.#program = program;
    this.#runProgram();
  }

  /**
   * Ends all threads at once. Peers see their connections reset, and all that was written is in the files.
   * Without power (`hasPower: false`) peers see nothing, and what was not synced is lost, or a part of it.
   */
  crash({ hasPower = true }: { hasPower?: boolean } = {}): void {
    if (!this.isUp) return;
    for (const life of this.#lives) life.end();
    this.#lives = [];
    this.#options.internet.crash(this.name, { hasPower });
    if (!hasPower) this.drives.cutPower();
  }

  /** Starts the program again after a crash. */
  restart(): void {
    assert(!this.isUp, `${this.name} is up`);
    this.#options.internet.powerUp(this.name);
    [this.#outside, this.#threads, this.#disk] = this.#start();
    this.#runProgram();
  }

  /** Nothing of the node runs for `ms`; then all that was due does. Its host keeps taking bytes. */
  pause(ms: number): void {
    const pause = ++this.#pauseCount;
    const lives = this.#lives;
    for (const life of lives) life.pause();
    this.#options.scheduler.after(ms, 'pause over', this.name, () => {
      // A later pause counts from its own beginning.
      if (pause === this.#pauseCount) for (const life of lives) life.resume();
    });
  }

  #runProgram(): void {
    const program = this.#program;
    const life = this.#lives[0];
    if (program === undefined || life === undefined) return;
    const { scheduler, name } = this.#options;
    scheduler.after(0, 'start', name, () => {
      life.run(() => {
        const over = program(this.#outside, this.#threads, this.#disk);
        Promise.resolve(over).catch((error: unknown) => {
          if (!life.isOver) scheduler.fail(error);
        });
      });
    });
  }

  #start(): [Outside, Threads, Disk] {
    this.#incarnation++;
    const { scheduler, random, coreCount, entryOf } = this.#options;
    const { life, outside } = this.#startLife();
    const threads = new SimThreads({
      scheduler,
      random: random.child(`threads ${this.#incarnation}`),
      life,
      coreCount,
      startLife: () => this.#startLife(),
      entryOf,
    });
    return [outside, threads, this.#diskOf(life, mainFolder, `disk ${this.#incarnation}`)];
  }

  /** A folder as `life` sees it; `stream` names its chance. */
  #diskOf(life: SimLife, folder: string, stream: string): SimDisk {
    const { scheduler, random } = this.#options;
    return new SimDisk({
      scheduler,
      random: random.child(stream),
      life,
      ...this.drives.of(folder),
      folder,
    });
  }

  #startLife(): { life: SimLife; outside: Outside } {
    const { scheduler, internet, writeLog } = this.#options;
    const { clock } = this;
    const thread = this.#lives.length;
    const life = new SimLife(this.name, thread, scheduler);
    this.#lives.push(life);
    const incarnation = this.#incarnation;
    const random = this.#options.random.child(`${incarnation}/${thread}`);
    const open = (folder: string): Promise<Disk> =>
      this.#diskOf(life, folder, `disk ${incarnation}/${thread} ${folder}`).opened();
    const outside: Outside = {
      clock,
      timers: new SimTimers({ scheduler, life, clock, random: random.child('timers') }),
      random: random.child('program'),
      network: new SimNetwork(internet, life),
      digest: new SimDigest(),
      disks: { open },
      log: new SimLog((level, event, fields) => {
        writeLog({ atMs: scheduler.nowMs, who: life.name, level, event, fields });
      }),
    };
    return { life, outside };
  }
}
