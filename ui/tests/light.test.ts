import { describe, expect, it } from 'vitest';
import { headOf, tilesOf } from '../src/features/viewer/place';
import { Viewport } from '../src/features/viewer/table.svelte';
import { AS_IT_IS, filterOf, isChanged } from '../src/features/viewer/light';

describe('the light of a page', () => {
  it('is no filter as long as it is as it is', () => {
    expect(filterOf(AS_IT_IS)).toBeNull();
    expect(isChanged(AS_IT_IS)).toBe(false);
    expect(filterOf({ ...AS_IT_IS, tilt: 3 })).toBeNull();
    expect(isChanged({ ...AS_IT_IS, tilt: 3 })).toBe(true);
  });
  it('inverts first, so that brighter is brighter', () => {
    expect(filterOf({ ...AS_IT_IS, brightness: 0.2, inverted: true })).toBe('invert(1) brightness(1.2) contrast(1)');
  });
  it('is that of the piece: the next one is seen as it is', () => {
    const viewport = new Viewport('a');
    viewport.light = { ...AS_IT_IS, contrast: 1 };
    viewport.open('a', 2);
    expect(viewport.light.contrast).toBe(1);
    viewport.open('b');
    expect(isChanged(viewport.light)).toBe(false);
  });
});

describe('the tiles of a part of a page', () => {
  it('cover it, end with the page and never reach beyond', () => {
    const tiles = tilesOf({ x: 300, y: 1100, width: 400, height: 300 }, 0, { pixels: 2448, height: 1584, ratio: 2 });
    for (const { x, y, width, height } of tiles) {
      expect(x + width).toBeLessThanOrEqual(2448);
      expect(y + height).toBeLessThanOrEqual(3168);
      expect(Math.min(width, height)).toBeGreaterThan(0);
    }
    const covered = tiles.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(Math.min(...tiles.map(({ x }) => x))).toBeLessThanOrEqual(600);
    expect(Math.max(...tiles.map(({ x, width }) => x + width))).toBeGreaterThanOrEqual(1400);
    expect(Math.max(...tiles.map(({ y, height }) => y + height))).toBeGreaterThanOrEqual(2800);
    expect(covered).toBeLessThan(4 * 800 * 600);
  });
  it('are none of what is not on the page', () => {
    expect(tilesOf({ x: 1100, y: 0, width: 100, height: 100 }, 0, { pixels: 800, height: 600, ratio: 1 })).toEqual([]);
  });
});

describe('the head of a page', () => {
  it('is what is in sight of it, unless that is most of it', () => {
    expect(headOf(749, 500, 1000)).toEqual({ x: 0, y: 0, width: 500, height: 749 });
    expect(headOf(750, 500, 1000)).toBeNull();
    expect(headOf(null, 500, 1000)).toBeNull();
  });
});
