import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LeaseTable } from './lease-table.ts';

function holdersOf(table: LeaseTable<string>, key: string): string[] {
  const holders: string[] = [];
  table.forHolders(key, ({ holder }) => holders.push(holder));
  return holders.toSorted();
}

test('ids of leases only grow, and a renewal replaces the lease of the same client and key', () => {
  const table = new LeaseTable<string>();
  const first = table.grant('k', 'anna', 10);
  const second = table.grant('k', 'anna', 20);
  assert.ok(second.id > first.id);
  assert.equal(table.size, 1);
  assert.equal(table.end('k', 'anna', first.id), false);
  assert.equal(table.end('k', 'anna', second.id), true);
  assert.ok(table.grant('k', 'anna', 30).id > second.id);
});

test('leases end in the order of their grants, and not before their time', () => {
  const table = new LeaseTable<string>();
  table.grant('a', 'anna', 10);
  table.grant('b', 'bert', 10);
  table.grant('c', 'anna', 12);
  assert.equal(table.takeOver(9.99), undefined);
  assert.equal(table.takeOver(10)?.key, 'a');
  assert.equal(table.takeOver(10)?.key, 'b');
  assert.equal(table.takeOver(10), undefined);
  assert.equal(table.firstEndMs, 12);
});

test('a table of leases does what plain maps do, whatever is granted and ended', () => {
  const step = fc.record({
    kind: fc.constantFrom('grant', 'grant', 'end', 'over'),
    key: fc.constantFrom('k', 'l', 'm'),
    holder: fc.constantFrom('anna', 'bert', 'carl'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const table = new LeaseTable<string>();
      const model: { key: string; holder: string; endMs: number }[] = [];
      const isOf = (key: string, holder: string) => (each: { key: string; holder: string }) =>
        each.key === key && each.holder === holder;
      for (const [nowMs, { kind, key, holder }] of steps.entries()) {
        const index = model.findIndex(isOf(key, holder));
        if (kind === 'over') {
          const first = model.shift();
          assert.equal(table.takeOver(first?.endMs ?? 0)?.endMs, first?.endMs);
        } else {
          if (index >= 0) model.splice(index, 1);
          if (kind === 'end') assert.equal(table.end(key, holder), index >= 0);
          else {
            table.grant(key, holder, nowMs + 10);
            model.push({ key, holder, endMs: nowMs + 10 });
          }
        }
        for (const each of ['k', 'l', 'm']) {
          const expected = model.filter((lease) => lease.key === each);
          assert.equal(table.isHeld(each), expected.length > 0);
          assert.deepEqual(
            holdersOf(table, each),
            expected.map((lease) => lease.holder).toSorted(),
          );
        }
        assert.equal(table.size, model.length);
        assert.equal(table.countOf(holder), model.filter((each) => each.holder === holder).length);
        assert.equal(table.firstEndMs, model[0]?.endMs);
      }
    }),
  );
});
