import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AtollError } from '../core/errors.ts';
import type { Connection, ConnectionEvents, ConnectOptions } from '../core/network.ts';
import { Simulation } from './simulation.ts';

/** One end of a connection, and what it saw. */
class End implements ConnectionEvents {
  connection: Connection | undefined;
  isOpen = false;
  isClosed = false;
  fault: AtollError | undefined;
  received = '';
  /** When the last bytes came. */
  receivedAtMs = 0;
  readonly reads: number[] = [];
  drainCount = 0;
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  write(text: string): boolean {
    assert.ok(this.connection !== undefined);
    return this.connection.write(Buffer.from(text));
  }

  onOpen(): void {
    this.isOpen = true;
  }

  onData(bytes: Uint8Array, start: number, end: number): void {
    this.received += Buffer.from(bytes.slice(start, end)).toString('latin1');
    this.reads.push(end - start);
    this.receivedAtMs = this.#simulation.nowMs;
  }

  onDrain(): void {
    this.drainCount++;
  }

  onClose(fault?: AtollError): void {
    assert.equal(this.isClosed, false);
    this.isClosed = true;
    this.fault = fault;
  }
}

interface Line {
  readonly simulation: Simulation;
  readonly s1: End;
  readonly s2: End;
}

function dial(simulation: Simulation, from: string, to: string, options: ConnectOptions = {}): End {
  const end = new End(simulation);
  end.connection = simulation
    .node(from)
    .outside.network.connect({ host: to, port: 7 }, options, end);
  return end;
}

/** A connection that s1 dialled to s2, on a link without jitter. */
async function line(
  seed: number,
  simulation: Simulation = new Simulation({ seed }),
): Promise<Line> {
  simulation.node('s1');
  const s2 = new End(simulation);
  const { network } = simulation.node('s2').outside;
  await network.listen({ host: 's2', port: 7 }, {}, (connection) => {
    s2.connection = connection;
    return s2;
  });
  simulation.setLink('s1', 's2', { latencyMs: 5, jitterMs: 0 });
  const s1 = dial(simulation, 's1', 's2');
  await simulation.reach('an open connection', () => s1.isOpen && s2.connection !== undefined);
  return { simulation, s1, s2 };
}

describe('links', () => {
  test('bytes take the latency of the link, each way its own', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.setOneWay('s2', 's1', { latencyMs: 50 });
    const startMs = simulation.nowMs;
    s1.write('x');
    await simulation.reach('there', () => s2.received === 'x');
    assert.ok(simulation.nowMs - startMs >= 5 && simulation.nowMs - startMs < 6);
    s2.write('y');
    await simulation.reach('back', () => s1.received === 'y');
    assert.ok(simulation.nowMs - startMs >= 55 && simulation.nowMs - startMs < 57);
  });

  test('jitter does not reorder the bytes of a connection', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.setLink('s1', 's2', { jitterMs: 100 });
    const sent = Array.from({ length: 200 }, (_, index) => String.fromCharCode(33 + (index % 90)));
    for (const character of sent) s1.write(character);
    await simulation.advance(1_000);
    assert.equal(s2.received, sent.join(''));
  });

  test('a slow link takes its time, and makes the sender wait', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.setLink('s1', 's2', { bytesPerSecond: 100_000 });
    const startMs = simulation.nowMs;
    const chunk = 'x'.repeat(10_000);
    const taken = Array.from({ length: 30 }, () => s1.write(chunk));
    assert.ok(taken.includes(true) && taken.includes(false));
    assert.ok((s1.connection?.bufferedBytes ?? 0) > 100_000);
    await simulation.reach('all of it', () => s2.received.length === 300_000);
    // 300 kB at 100 kB/s; the window stops the sender for some round trips more.
    const tookMs = simulation.nowMs - startMs;
    assert.ok(tookMs >= 3_000 && tookMs < 4_000, `${tookMs} ms`);
    await simulation.advance(100);
    assert.ok(s1.drainCount >= 1);
    assert.equal(s1.connection?.bufferedBytes, 0);
  });

  test('bytes arrive in other pieces than they were sent in, and sometimes lent from another place', async () => {
    const { simulation, s1, s2 } = await line(1);
    for (let index = 0; index < 50; index++) {
      s1.write('0123456789');
      await simulation.advance(50);
    }
    assert.equal(s2.received, '0123456789'.repeat(50));
    assert.ok(s2.reads.some((count) => count < 10));
  });
});

describe('handlers that break the rules are found', () => {
  test('lent bytes are spoilt after the call', async () => {
    const { simulation, s1, s2 } = await line(1);
    let kept: Uint8Array | undefined;
    s2.onData = (bytes, start, end): void => {
      kept ??= bytes.subarray(start, end);
    };
    s1.write('secret');
    await simulation.advance(100);
    assert.ok(kept !== undefined && kept.every((byte) => byte === 0xdb));
  });

  test('an array that the connection keeps is read only when it leaves', async () => {
    const { simulation, s1, s2 } = await line(1);
    s2.connection?.pauseReading();
    while (s1.write('.'.repeat(10_000)));
    const kept = Buffer.from('kept');
    assert.equal(s1.connection?.write(kept), false);
    kept.fill('!');
    s2.connection?.resumeReading();
    await simulation.advance(1_000);
    assert.ok(s2.received.endsWith('.!!!!'));
  });
});

describe('cuts', () => {
  test('an array that was taken at once may be reused, also if it is a Buffer', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { simulation, s1, s2 } = await line(seed);
      const bytes = Buffer.from('abc');
      const isTaken = s1.connection?.write(bytes);
      if (isTaken === true) bytes.fill(0xdb);
      await simulation.reach('the bytes', () => s2.received.length === 3);
      assert.equal(s2.received, 'abc');
    }
  });

  test('a drain that came during a pause is not told of what was written after it', async () => {
    const { simulation, s1 } = await line(1);
    simulation.setLink('s1', 's2', { bytesPerSecond: 1_000_000 });
    const { timers } = simulation.node('s1').outside;
    let wasDrained = false;
    s1.onDrain = (): void => {
      wasDrained = true;
      assert.equal(s1.connection?.bufferedBytes, 0);
    };
    s1.write('x'.repeat(200_000));
    timers.setTimer(50, () => s1.write('y'.repeat(200_000)));
    simulation.node('s1').pause(2_000);
    await simulation.advance(10_000);
    assert.equal(wasDrained, true);
  });

  test('what is sent over a cut link arrives after it has healed, in order and once', async () => {
    const { simulation, s1, s2 } = await line(1);
    s1.write('a');
    simulation.cut('s1', 's2');
    s1.write('b');
    await simulation.advance(10_000);
    assert.equal(s2.received, '');
    s1.write('c');
    simulation.heal('s1', 's2');
    s1.write('d');
    await simulation.advance(1_000);
    assert.equal(s2.received, 'abcd');
  });

  test('a link that flaps loses nothing', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { simulation, s1, s2 } = await line(seed);
      let sent = '';
      for (let index = 0; index < 100; index++) {
        const part = String.fromCharCode(33 + (index % 90)).repeat(index);
        sent += part;
        s1.write(part);
        if (simulation.random.chance(0.3)) simulation.cut('s1', 's2');
        if (simulation.random.chance(0.3)) simulation.heal();
        await simulation.advance(simulation.random.between(0, 100));
      }
      simulation.heal();
      await simulation.advance(10_000);
      assert.ok(s2.received === sent, `seed ${seed}: other bytes`);
    }
  });

  test('an end that is sent over a cut link arrives after it has healed', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.cut('s1', 's2');
    s1.write('goodbye');
    s1.connection?.end();
    await simulation.advance(10_000);
    assert.equal(s1.isClosed, true, 'it does not wait for ever');
    assert.equal(s2.isClosed, false);
    simulation.heal();
    await simulation.advance(1_000);
    assert.equal(s2.received, 'goodbye');
    assert.equal(s2.isClosed, true);
    assert.equal(simulation.connectionCount, 0);
  });

  test('a cut one way lets the other way pass, until the sender misses the answers', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.cutOneWay('s1', 's2');
    s1.write('lost');
    s2.write('found');
    await simulation.advance(1_000);
    assert.equal(s2.received, '');
    assert.equal(s1.received, 'found');
    for (let index = 0; index < 40; index++) s2.write('x'.repeat(10_000));
    await simulation.advance(10_000);
    assert.ok(s1.received.length < 200_000);
    simulation.heal();
    await simulation.advance(10_000);
    assert.equal(s1.received.length, 400_005);
    assert.equal(s2.received, 'lost');
  });

  test('an isolated node is cut from all, the others are not', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.node('s3');
    const third = dial(simulation, 's3', 's2');
    await simulation.reach('a third node', () => third.isOpen);
    simulation.isolate('s1');
    s1.write('lost');
    third.write('found');
    await simulation.advance(1_000);
    assert.equal(s2.received, 'found');
  });

  test('a split cuts the groups from each other and not inside', async () => {
    const simulation = new Simulation({ seed: 1 });
    for (const name of ['s1', 's2', 's3']) simulation.node(name);
    const { s1, s2 } = await line(1, simulation);
    const third = dial(simulation, 's3', 's2');
    await simulation.reach('a third node', () => third.isOpen);
    simulation.split([['s1'], ['s2', 's3']]);
    s1.write('over the border');
    await simulation.advance(1_000);
    const { length } = s2.received;
    assert.equal(length, 0);
    third.write('inside');
    await simulation.advance(1_000);
    assert.equal(s2.received, 'inside');
  });

  test('a dial over a cut link waits for it, and fails when its time is over', async () => {
    const { simulation } = await line(1);
    simulation.cut('s1', 's2');
    const patient = dial(simulation, 's1', 's2', { timeoutMs: 20_000 });
    const hasty = dial(simulation, 's1', 's2', { timeoutMs: 2_000 });
    await simulation.advance(5_000);
    assert.equal(hasty.fault?.code, 'CONNECT_FAILED');
    assert.match(hasty.fault.message, /not open within 2000 ms/);
    assert.equal(patient.isOpen || patient.isClosed, false);
    simulation.heal();
    await simulation.advance(2_000);
    assert.equal(patient.isOpen, true);
  });
});

describe('losses', () => {
  test('a lost connection has delivered a prefix; one end at least is told, the other when it writes', async () => {
    let onlyOneWasTold = 0;
    let somethingWasLost = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { simulation, s1, s2 } = await line(seed);
      for (let index = 0; index < 20; index++) s1.write(`message ${index};`);
      await simulation.advance(simulation.random.between(0, 10));
      simulation.resetConnections('s1', 's2');
      await simulation.advance(1_000);
      const sent = Array.from({ length: 20 }, (_, index) => `message ${index};`).join('');
      assert.ok(sent.startsWith(s2.received));
      if (s2.received !== sent) somethingWasLost++;
      assert.ok(s1.isClosed || s2.isClosed);
      if (!s1.isClosed || !s2.isClosed) {
        onlyOneWasTold++;
        (s1.isClosed ? s2 : s1).write('are you there?');
        await simulation.advance(1_000);
      }
      assert.equal(s1.fault?.code, 'CONNECTION_LOST');
      assert.equal(s2.fault?.code, 'CONNECTION_LOST');
      assert.ok(!s2.received.includes('there'));
      assert.equal(simulation.connectionCount, 0);
    }
    assert.ok(onlyOneWasTold > 5, String(onlyOneWasTold));
    assert.ok(somethingWasLost > 5, String(somethingWasLost));
  });

  test('a link that resets loses connections as often as it is told to', async () => {
    const { simulation, s1 } = await line(1);
    simulation.setLink('s1', 's2', { resetChance: 0.01 });
    let writeCount = 0;
    for (; !s1.isClosed && writeCount < 10_000; writeCount++) {
      s1.write('x');
      await simulation.advance(1);
    }
    assert.ok(writeCount > 1 && writeCount < 1_000, String(writeCount));
  });
});

describe('crashes', () => {
  test('the peers of a crashed process see a reset', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.node('s2').crash();
    await simulation.advance(100);
    assert.equal(s1.fault?.code, 'CONNECTION_LOST');
    assert.equal(s2.isClosed, false, 'the dead are told nothing');
    assert.equal(simulation.connectionCount, 0);
  });

  test('without power nobody is told, until the host is back and does not know them', async () => {
    const { simulation, s1 } = await line(1);
    simulation.node('s2').crash({ hasPower: false });
    s1.write('hello?');
    const dialled = dial(simulation, 's1', 's2', { timeoutMs: 1_000 });
    await simulation.advance(10_000);
    assert.equal(s1.isClosed, false);
    assert.match(dialled.fault?.message ?? '', /not open within/);
    simulation.node('s2').restart();
    s1.write('hello?');
    await simulation.advance(1_000);
    assert.equal(s1.fault?.code, 'CONNECTION_LOST');
  });

  test('a crashed process leaves its port, and a restarted one takes it again', async () => {
    const simulation = new Simulation({ seed: 1 });
    simulation.node('s1');
    let boots = 0;
    simulation.node('s2').boot(async ({ network }) => {
      await network.listen({ host: 's2', port: 7 }, {}, () => new End(simulation));
      boots++;
    });
    await simulation.advance(10);
    simulation.node('s2').crash();
    const refused = dial(simulation, 's1', 's2');
    await simulation.advance(100);
    assert.match(refused.fault?.message ?? '', /nobody listens there/);
    simulation.node('s2').restart();
    await simulation.advance(10);
    assert.equal(boots, 2);
    const end = dial(simulation, 's1', 's2');
    await simulation.advance(100);
    assert.equal(end.isOpen, true);
  });

  test('the host of a paused process still takes connections and bytes', async () => {
    const { simulation, s1, s2 } = await line(1);
    simulation.node('s2').pause(5_000);
    const dialled = dial(simulation, 's1', 's2');
    s1.write('while you slept');
    await simulation.advance(1_000);
    assert.equal(dialled.isOpen, true);
    assert.equal(s2.received, '');
    await simulation.advance(5_000);
    assert.equal(s2.received, 'while you slept');
  });
});

describe('addresses', () => {
  test('what listens on the loopback address is for its own host only', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { network } = simulation.node('s1').outside;
    await network.listen({ host: '127.0.0.1', port: 7 }, {}, () => new End(simulation));
    simulation.node('s2');
    const own = dial(simulation, 's1', 'localhost');
    const other = dial(simulation, 's2', 's1');
    await simulation.advance(100);
    assert.equal(own.isOpen, true);
    assert.equal(other.fault?.code, 'CONNECT_FAILED');
  });

  test('an unknown host cannot be dialled', async () => {
    const simulation = new Simulation({ seed: 1 });
    simulation.node('s1');
    const end = dial(simulation, 's1', 'nowhere');
    await simulation.advance(100);
    assert.match(
      end.fault?.message ?? '',
      /no connection to nowhere:7: the host name is not known/,
    );
  });

  test('both ends must agree about TLS', async () => {
    const simulation = new Simulation({ seed: 1 });
    simulation.node('s1');
    const { network } = simulation.node('s2').outside;
    const tls = { key: '', cert: '', ca: 'ours' };
    await network.listen({ host: 's2', port: 7 }, { tls }, () => new End(simulation));
    const ends = [{ tls }, {}, { tls: { ...tls, ca: 'theirs' } }].map((options) =>
      dial(simulation, 's1', 's2', options),
    );
    await simulation.advance(100);
    assert.deepEqual(
      ends.map((end) => end.isOpen),
      [true, false, false],
    );
  });
});
