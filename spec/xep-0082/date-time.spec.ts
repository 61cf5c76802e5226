import { expect } from 'chai';
import fc from 'fast-check';
import { formatDateTime, parseDateTime } from '../../lib/xmpp/payloads/date-time.ts';

describe('XEP-0082 dates and times', () => {
  const moon = Date.UTC(1969, 6, 21, 2, 56, 15);
  const rows: readonly (readonly [string, number | undefined])[] = [
    ['1969-07-21T02:56:15Z', moon],
    ['1969-07-20T21:56:15-05:00', moon],
    ['1969-07-21T08:26:15+05:30', moon],
    ['2002-09-10T23:41:07.250Z', Date.UTC(2002, 8, 10, 23, 41, 7, 250)],
    ['2026-01-01T00:00:00.0005Z', Date.UTC(2026, 0, 1) + 0.5],
    ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2023-02-29T12:00:00Z', undefined],
    ['2023-13-01T12:00:00Z', undefined],
    ['2023-00-10T12:00:00Z', undefined],
    ['2023-01-01T24:00:00Z', undefined],
    ['2023-01-01T12:60:00Z', undefined],
    ['2023-01-01T12:00:00', undefined],
    ['2023-01-01', undefined],
    ['20020910T23:41:07', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of rows) {
    it(`§3 ${text || 'nothing'}`, () => expect(parseDateTime(text)).to.equal(expected));
  }

  it('reads what it writes, and writes what JavaScript writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1600, 0), max: Date.UTC(9999, 11) }), (instant) => {
        expect(formatDateTime(instant)).to.equal(new Date(instant).toISOString());
        expect(parseDateTime(formatDateTime(instant))).to.equal(instant);
      }),
    );
  });
});
