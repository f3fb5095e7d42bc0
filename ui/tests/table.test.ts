import { describe, expect, test } from 'vitest';
import { clipped, turned, unturned } from '../src/features/viewer/place';
import { MOST_VIEWPORTS, ReadingTable, type Pages } from '../src/features/viewer/table.svelte';

const PIECES = ['a', 'b', 'c', 'd', 'e'];

/** Pages that only know where they are. */
function pages(at: number, unit: ReturnType<Pages['unit']> = 'page'): Pages & { at: number } {
  const held = { at, goTo: (page: number) => void (held.at = page), focus: () => undefined, position: () => held.at, unit: () => unit, moveTo: (position: number) => void (held.at = position), selectPage: () => undefined };
  return held;
}

describe('places on turned pages', () => {
  const place = { x: 0.125, y: 0.25, width: 0.5, height: 0.0625 };

  test('a quarter turn to the right brings the left side up', () => {
    expect(turned(place, 1)).toEqual({ x: 1 - 0.25 - 0.0625, y: 0.125, width: 0.0625, height: 0.5 });
  });
  test.each([0, 1, 2, 3])('%s turns are undone', (turns) => {
    expect(unturned(turned(place, turns), turns)).toEqual(place);
  });
  test('what lies half beside the page is cut at its side', () => {
    expect(clipped({ x: 0.75, y: -0.25, width: 0.5, height: 0.5 })).toEqual({ x: 0.75, y: 0, width: 0.25, height: 0.25 });
  });
});

describe('the reading table', () => {
  test('a second viewport shows what was read before, else the next piece', () => {
    const table = new ReadingTable();
    table.open('b');
    table.lay(2, PIECES, true);
    expect(table.viewports.map((viewport) => viewport.piece)).toEqual(['b', 'c']);
    expect(table.active.piece).toBe('c');
    table.lay(1, PIECES);
    expect(table.viewports.map((viewport) => viewport.piece)).toEqual(['c']);
    table.open('e');
    table.lay(2, PIECES);
    expect(table.viewports.map((viewport) => viewport.piece)).toEqual(['e', 'c']);
    expect(table.active.piece).toBe('e');
  });

  test('there are one to four viewports, and the active one never leaves', () => {
    const table = new ReadingTable();
    table.open('a');
    table.lay(9, PIECES);
    expect(table.viewports).toHaveLength(MOST_VIEWPORTS);
    table.activate(3);
    const last = table.active;
    table.lay(0, PIECES);
    expect(table.viewports).toEqual([last]);
    table.close(last);
    expect(table.viewports).toEqual([last]);
  });

  test('no piece at all is no reason to fail', () => {
    const table = new ReadingTable();
    table.lay(2, []);
    expect(table.viewports.map((viewport) => viewport.piece)).toEqual([null, null]);
  });

  test('linked viewports scroll as far as the one that is scrolled, from where they were', () => {
    const table = new ReadingTable();
    table.open('a');
    table.lay(2, PIECES);
    const [one, two] = table.viewports;
    if (!one || !two) throw new Error('two viewports');
    const [here, there] = [pages(1), pages(4.5)];
    [one.pages, two.pages] = [here, there];
    table.scrolled(one, 3);
    expect(there.at).toBe(4.5);
    here.at = 1;
    table.link();
    table.scrolled(one, 3.25);
    expect(there.at).toBe(6.75);
    table.link();
    table.scrolled(one, 9);
    expect(there.at).toBe(6.75);
  });

  test('what counts otherwise is not scrolled along', () => {
    const table = new ReadingTable();
    table.open('a');
    table.lay(2, PIECES);
    const [one, two] = table.viewports;
    if (!one || !two) throw new Error('two viewports');
    const there = pages(4);
    [one.pages, two.pages] = [pages(-120, 'millimetre'), there];
    table.link();
    table.scrolled(one, -110);
    expect(there.at).toBe(4);
  });

  test('another piece on one of them ends the link', () => {
    const table = new ReadingTable();
    table.open('a');
    table.lay(2, PIECES);
    table.link();
    expect(table.linked).toBe(true);
    table.open('d', 2);
    expect(table.linked).toBe(false);
  });

  test('comes back as it was left', () => {
    const table = new ReadingTable();
    table.open('a', 3);
    table.lay(2, PIECES, true);
    table.active.zoom = 2;
    table.active.single = true;
    const back = new ReadingTable(structuredClone(table.layout));
    expect(back.layout).toEqual(table.layout);
    expect(back.viewports.map(({ landing }) => landing)).toEqual([3, null]);
    // Where one was once all of it was there; a page of what was still coming is none.
    table.active.page = 7;
    expect(table.layout.viewports[1]?.page).toBeNull();
    table.active.whole = true;
    expect(table.layout.viewports[1]?.page).toBe(7);
    expect(new ReadingTable(table.layout).active.landing).toBe(7);
    expect(table.viewports[0]?.target).toEqual({ page: 3, slice: undefined });
  });
});
