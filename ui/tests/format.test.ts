import { describe, expect, test } from 'vitest';
import { bytes, dateLong, dateShort, duration, moment, monthsBetween, monthTitle, percent, typedDate } from '../src/i18n';

const NBSP = '\u00a0';
const now = new Date(2026, 5, 4, 14, 32).getTime();
const at = (day: number, hour: number, minute = 0) => new Date(2026, 5, day, hour, minute).toISOString();

describe('French dates and figures', () => {
  test.each([
    [at(4, 18), 'aujourd’hui, 18:00'],
    [at(5, 12), 'demain, 12:00'],
    [at(3, 9, 5), 'hier, 09:05'],
    [at(9, 18), `mar. 9${NBSP}juin, 18:00`],
    [at(31, 8), `mer. 1er${NBSP}juil., 08:00`],
  ])('a moment near to now: %s', (iso, words) => expect(moment(iso, now)).toBe(words));

  test.each([
    [59_000, `0${NBSP}min`],
    [40 * 60_000, `40${NBSP}min`],
    [75 * 60_000, `1${NBSP}h 15${NBSP}min`],
    [21.4 * 3_600_000, `21${NBSP}h`],
    [123 * 3_600_000, `5${NBSP}j 3${NBSP}h`],
  ])('a time left of %d ms', (milliseconds, words) => expect(duration(milliseconds)).toBe(words));

  test('a civil date is the same in every zone', () => {
    expect(dateLong('1964-03-14')).toBe(`14${NBSP}mars${NBSP}1964`);
    expect(dateLong('2012-09-01')).toBe(`1er${NBSP}septembre${NBSP}2012`);
    expect(dateShort('2026-01-08')).toBe(`8${NBSP}janv.`);
    expect(monthTitle('2026-02-12', false)).toBe('Février');
  });

  test('gaps are whole months', () => {
    expect(monthsBetween('2026-03-11', '2026-05-18')).toBe(2);
    expect(monthsBetween('2026-03-18', '2026-05-11')).toBe(1);
  });

  test('sizes and parts', () => {
    expect(bytes(214_000)).toBe(`214${NBSP}ko`);
    expect(bytes(2_400_000)).toBe(`2,4${NBSP}Mo`);
    expect(bytes(4_300_000_000)).toBe(`4,3${NBSP}Go`);
    expect(percent(0.62)).toBe('62\u202f%');
  });

  test('a date is read as it is typed, or not at all', () => {
    for (const typed of ['12/03/2026', ' 12/3/26 ', '12.03.2026', '12-3-2026', '12 3 2026']) expect(typedDate(typed)).toBe('2026-03-12');
    for (const typed of ['', '12/03', '31/02/2026', '2026-03-12', '12 mars 2026', '0/3/2026']) expect(typedDate(typed)).toBeNull();
  });
});
