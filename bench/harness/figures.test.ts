import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatJson, formatNumber, formatTable } from './figures.ts';

const figures = {
  tellLocalPerSecond: { value: 5_123_456.7, unit: '1/s', min: 4_900_000, max: 5_500_000 },
  askP50Us: { value: 61.239, unit: 'µs' },
};

test('the table shows value, unit and spread in columns', () => {
  assert.equal(
    formatTable(figures),
    [
      'tellLocalPerSecond  5,123,457  1/s  4,900,000 … 5,500,000',
      'askP50Us                61.24  µs',
    ].join('\n'),
  );
});

test('a table of nothing is empty', () => {
  assert.equal(formatTable({}), '');
});

test('the JSON line holds the exact values by name', () => {
  assert.deepEqual(JSON.parse(formatJson(figures)), {
    tellLocalPerSecond: 5_123_456.7,
    askP50Us: 61.239,
  });
});

test('small numbers keep the digits that mean something', () => {
  assert.equal(formatNumber(0.000_123_456), '0.0001235');
  assert.equal(formatNumber(0), '0');
});
