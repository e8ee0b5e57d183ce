import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { AtollError } from '../../../core/errors.ts';
import { projectRoot } from '../../../../tools/project-root.ts';
import { decodeJournalRecord, JournalRecordWriter, type JournalRecord } from './journal-record.ts';

/** As decoded ones are, not without a prototype. */
const plain = { noNullPrototype: true };
const name = fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' });
const claims = fc.array(fc.tuple(name, fc.maxSafeNat()), { maxLength: 5 });
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ kind: fc.constant('entries' as const), claims, pack: fc.uint8Array() }, plain),
  fc.record(
    {
      kind: fc.constant('cluster' as const),
      clusterId: name,
      members: fc.array(
        fc.record(
          {
            id: name,
            incarnation: fc.maxSafeNat(),
            at: name,
            isRemoved: fc.boolean(),
            isVolatile: fc.boolean(),
          },
          plain,
        ),
        { maxLength: 5 },
      ),
    },
    plain,
  ),
);

/** The records of the example in the document, in hex. */
function documentedRecords(): string[] {
  const text = readFileSync(join(projectRoot, 'docs/formats/journal.md'), 'utf8');
  const example =
    /## Records of the geo store[\s\S]*?```text\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '';
  return example.split('\n\n').map((lines) =>
    lines
      .split('\n')
      .map((line) => line.slice(0, 56).replaceAll(' ', ''))
      .join(''),
  );
}

describe('a record of the journal', () => {
  test('is read as it was written', () => {
    const writer = new JournalRecordWriter();
    fc.assert(
      fc.property(record, (each) => {
        assert.deepEqual(decodeJournalRecord(writer.encode(each)), each);
      }),
    );
  });

  test('that is cut off before its pack, or of no known kind, is refused', () => {
    const writer = new JournalRecordWriter();
    fc.assert(
      fc.property(record, fc.nat(100), (each, cut) => {
        const whole = writer.encode(each.kind === 'entries' ? { ...each, pack: none } : each);
        const part = whole.subarray(0, Math.min(cut, whole.length - 1));
        assert.throws(() => decodeJournalRecord(part), { code: 'FRAME_INVALID' });
      }),
    );
    assert.throws(() => decodeJournalRecord(Uint8Array.of(3, 0)), { code: 'FRAME_INVALID' });
  });

  test('of any bytes is read or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          decodeJournalRecord(bytes);
        } catch (error) {
          assert.ok(error instanceof AtollError && error.code === 'FRAME_INVALID');
        }
      }),
    );
  });

  test('has the bytes of the documented example', () => {
    const writer = new JournalRecordWriter();
    const hex = (each: JournalRecord): string => Buffer.from(writer.encode(each)).toString('hex');
    const pack = Buffer.from('00016b01760003612f31d00f000a', 'hex');
    const at = '10.0.0.1:7000';
    assert.deepEqual(documentedRecords(), [
      hex({ kind: 'entries', claims: [['a/1', 5]], pack }),
      hex({
        kind: 'cluster',
        clusterId: 'c0ffee',
        members: [
          { id: 'a1', incarnation: 3, at, isRemoved: false, isVolatile: false },
          { id: 'b2', incarnation: 1, at, isRemoved: true, isVolatile: true },
        ],
      }),
    ]);
  });
});

const none = new Uint8Array(0);
