import { describe, expect, test } from 'vitest';
import type { ScaleView } from '../src/bridge';
import { ImageRefused } from '../src/bridge/bridge';
import { parseFrame, valuesAt, type Frame } from '../src/features/viewer/images/frame';
import { Frames } from '../src/features/viewer/images/frames';
import { angleOf, lengthOf } from '../src/features/viewer/images/length';
import { depthOf, edgesOf, edgesTowards } from '../src/features/viewer/images/orientation';
import { paintPixels } from '../src/features/viewer/images/painter-2d';
import { apply, following, inverse, matrix, UPRIGHT, zoomAt } from '../src/features/viewer/images/pose';
import { reduced } from '../src/features/viewer/images/reduce';
import { crossing, type Placed } from '../src/features/viewer/images/reference';
import { stackOf as stackAsTold, type Stack } from '../src/features/viewer/images/stack';
import { likeness, Stage } from '../src/features/viewer/images/stage.svelte';
import { statisticsOf } from '../src/features/viewer/images/statistics';
import { trustOf } from '../src/features/viewer/images/trust';
import { brightness, presetsOf, rampOf } from '../src/features/viewer/images/window';
import { quantity, unitOf } from '../src/features/viewer/images/wording';

const SPACING = { rows: 0.5, columns: 0.25 };

function frame(columns: number, rows: number, values: number[], more: Partial<Frame> = {}): Frame {
  const automatic = { center: 50, width: 100, name: '' };
  return { columns, rows, pixels: 'signed16', slope: 1, intercept: 0, unit: 'HU', reduced: false, windows: [], automatic, curve: 'linear', inverted: false, scale: { kind: 'none' }, thickness: null, aspect: 1, table: null, lacks_table: false, values: Int16Array.from(values), ...more };
}

describe('lengths', () => {
  const region = { sides: [0, 0, 100, 100] as [number, number, number, number], spacing: { rows: 0.2, columns: 0.2 } };
  test.each<[string, ScaleView, number, string]>([
    ['in the patient', { kind: 'calibrated', spacing: SPACING }, Math.hypot(30 * 0.25, 40 * 0.5), 'calibrated'],
    ['at the detector', { kind: 'detector', spacing: SPACING }, Math.hypot(30 * 0.25, 40 * 0.5), 'detector'],
    ['within a region of ultrasound', { kind: 'regions', regions: [region] }, 10, 'calibrated'],
    ['out of one', { kind: 'regions', regions: [{ ...region, sides: [0, 0, 30, 30] }] }, 50, 'pixels'],
    ['where a part of another scale lies over it', { kind: 'regions', regions: [region, { ...region, sides: [5, 5, 20, 20], spacing: { rows: 0.1, columns: 0.1 } }] }, 50, 'pixels'],
    ['beside that part', { kind: 'regions', regions: [region, { ...region, sides: [60, 60, 90, 90], spacing: { rows: 0.1, columns: 0.1 } }] }, 10, 'calibrated'],
    ['where time lies over tissue', { kind: 'regions', regions: [region, { ...region, sides: [0, 40, 100, 100], spacing: null }] }, 50, 'pixels'],
    ['of what says nothing', { kind: 'none' }, 50, 'pixels'],
  ])('%s', (_, scale, value, unit) => {
    const length = lengthOf(scale, [10, 10], [40, 50]);
    expect(length.value).toBeCloseTo(value, 9);
    expect(length.unit).toBe(unit);
  });

  test('angles are those in the patient, where pixels are not square', () => {
    // 20 pixels across are as long as 10 down.
    expect(angleOf(2, [[20, 0], [0, 0], [20, 10]])).toBeCloseTo(45, 9);
    expect(angleOf(1, [[10, 0], [0, 0], [0, 10]])).toBeCloseTo(90, 9);
  });
});

describe('how an image lies', () => {
  const image = { columns: 100, rows: 50, aspect: 2 };
  const size = { width: 400, height: 300 };

  test('as large as fits, pixels as high as they are', () => {
    // 50 rows twice as high as wide: 100 wide and 100 high.
    const onto = matrix(image, size, UPRIGHT);
    expect(apply(onto, 0, 0)).toEqual([50, 0]);
    expect(apply(onto, 100, 50)).toEqual([350, 300]);
  });

  test('turned, flipped, and back', () => {
    const pose = { ...UPRIGHT, turns: 1, flipped: true, zoom: 2, x: 7, y: -3 };
    const onto = matrix(image, size, pose);
    const [x, y] = apply(inverse(onto), ...apply(onto, 12, 34));
    expect(x).toBeCloseTo(12, 9);
    expect(y).toBeCloseTo(34, 9);
    // A quarter to the right: what was at the top is at the right.
    const upright = matrix(image, size, { ...UPRIGHT, turns: 1 });
    expect(apply(upright, 50, 0)[0]).toBeGreaterThan(size.width / 2);
  });

  test('what is under the pointer stays there', () => {
    const before = apply(inverse(matrix(image, size, UPRIGHT)), 90, 120);
    const after = apply(inverse(matrix(image, size, zoomAt(image, size, UPRIGHT, 2.5, 90, 120))), 90, 120);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
  });
});

describe('where another image crosses', () => {
  const spacing = { rows: 0.5, columns: 0.5 };
  // 100 mm across and down, 2 mm from pixel to pixel of the coronal one.
  const axial: Placed = { orientation: [1, 0, 0, 0, 1, 0], position: [0, 0, 30], columns: 200, rows: 200, spacing };
  const coronal: Placed = { orientation: [1, 0, 0, 0, 0, -1], position: [10, 40, 60], columns: 30, rows: 30, spacing: { rows: 2, columns: 2 } };

  test('a coronal slice is a line across an axial one, as far as it reaches', () => {
    const [[x, y], [otherX, otherY]] = crossing(axial, coronal) ?? [[0, 0], [0, 0]];
    // 40 mm down, in pixels of half a millimetre of which the first one's middle is at a half.
    expect([y, otherY].map((value) => Number(value.toFixed(6)))).toEqual([80.5, 80.5]);
    // From a pixel before its first middle, at 10 mm, to one beyond its last.
    expect([x, otherX].sort((a, b) => a - b).map((value) => Number(value.toFixed(6)))).toEqual([18.5, 138.5]);
  });
  test('and the other way round', () => {
    const [[, y], [, otherY]] = crossing(coronal, axial) ?? [[0, 0], [0, 0]];
    expect([y, otherY].map((value) => Number(value.toFixed(6)))).toEqual([15.5, 15.5]);
  });
  test('nothing of parallel images, and of those that do not meet', () => {
    expect(crossing(axial, { ...axial, position: [0, 0, 35] })).toBeNull();
    expect(crossing(axial, { ...coronal, position: [10, 40, 20] })).toBeNull();
    expect(crossing(axial, { ...coronal, position: [10, 140, 60] })).toBeNull();
  });
  test('a loupe shows what lies under the pointer', () => {
    const onto = matrix({ columns: 100, rows: 100, aspect: 1 }, { width: 400, height: 400 }, UPRIGHT);
    // The middle of a loupe of 240 pixels, 2.5 times as large, held at 100, 60.
    const lens = { a: 1 / 2.5, b: 0, c: 0, d: 1 / 2.5, e: 100 - 120 / 2.5, f: 60 - 120 / 2.5 };
    const [x, y] = apply(following(lens, inverse(onto)), 120, 120);
    expect([x, y].map((value) => Number(value.toFixed(6)))).toEqual([25, 15]);
  });
});

describe('letters at the edges', () => {
  test('of an axial slice, turned and flipped', () => {
    const axial = [1, 0, 0, 0, 1, 0];
    expect(edgesOf(axial, 0, false)).toEqual({ left: 'D', right: 'G', top: 'A', bottom: 'P' });
    expect(edgesOf(axial, 1, false)).toEqual({ left: 'P', right: 'A', top: 'D', bottom: 'G' });
    expect(edgesOf(axial, 0, true)).toEqual({ left: 'G', right: 'D', top: 'A', bottom: 'P' });
  });
  test('of coronal and oblique slices', () => {
    expect(edgesOf([1, 0, 0, 0, 0, -1], 0, false)).toEqual({ left: 'D', right: 'G', top: 'H', bottom: 'B' });
    expect(edgesOf([0.8, 0.6, 0, 0, 0, -1], 0, false).right).toBe('GP');
  });
  test('depth runs along the normal, the same way however parallel slices are written', () => {
    expect(depthOf([1, 0, 0, 0, 1, 0], [5, 6, -112.5])).toBe(-112.5);
    expect(depthOf([0, 1, 0, 0, 0, -1], [40, 0, 0])).toBe(40);
    expect(depthOf([0, -1, 0, 0, 0, -1], [40, 0, 0])).toBe(40);
  });
  test('of a projection, which says where its rows and columns lead', () => {
    // A chest from behind: his left at the right, his feet below.
    expect(edgesTowards(['L', 'F'], 0, false)).toEqual({ left: 'D', right: 'G', top: 'H', bottom: 'B' });
    expect(edgesTowards(['L', 'F'], 0, true)).toEqual({ left: 'G', right: 'D', top: 'H', bottom: 'B' });
    expect(edgesTowards(['L', 'F'], 1, false)).toEqual({ left: 'B', right: 'H', top: 'D', bottom: 'G' });
    expect(edgesTowards(['AR', 'F'], 0, false)).toMatchObject({ left: 'PG', right: 'AD' });
  });
});

describe('windows', () => {
  test('of the standard, inverted, and of values that are scaled', () => {
    const shown = (value: number, more: Partial<Frame> = {}, inverted = false) => brightness(rampOf(frame(1, 1, [0], more), { center: 50, width: 101 }, inverted), value);
    expect([shown(-1), shown(0), shown(100)].map((part) => Number(part.toFixed(3)))).toEqual([0, 0.005, 1]);
    expect(shown(20, {}, true)).toBeCloseTo(1 - shown(20), 9);
    expect(shown(20, { inverted: true })).toBeCloseTo(1 - shown(20), 9);
    expect(shown(1_044, { intercept: -1_024 })).toBeCloseTo(shown(20), 9);
    expect(shown(50, { curve: 'sigmoid' })).toBeCloseTo(0.5, 9);
    const table = { curve: 'sigmoid' as const, table: Array.from({ length: 101 }, (_, at) => 255 - 2 * at) };
    // Of 101 entries from zero on.
    const listed = (value: number, inverted = false) => Math.round(255 * brightness(rampOf(frame(1, 1, [0], table), { center: 50.5, width: 101 }, inverted), value));
    expect([-9, 0, 1, 100, 999].map((value) => listed(value))).toEqual([255, 255, 253, 55, 55]);
    expect(listed(1, true)).toBe(2);
    expect(shown(20, { curve: 'sigmoid' }, true)).toBeCloseTo(1 - shown(20, { curve: 'sigmoid' }), 9);
  });
  test('windows of CT are for Hounsfield units alone', () => {
    const ids = (unit: string, windows: Frame['windows']) => presetsOf(frame(1, 1, [0], { unit, windows })).map(({ id }) => id);
    expect(ids('', [])).toEqual(['automatic']);
    expect(ids('HU', [{ center: 1, width: 2, name: '' }])).toContain('lung');
  });
  test('values are told as finely as they differ, and in their unit alone', () => {
    expect(quantity(-812.4, frame(1, 1, [0]))).toBe('−812');
    expect(quantity(0.834, frame(1, 1, [0], { slope: 0.001 }))).toBe('0,834');
    expect(quantity(2.5, frame(1, 1, [0], { slope: 0.5 }), 1)).toBe('2,50');
    expect([unitOf(frame(1, 1, [0])), unitOf(frame(1, 1, [0], { unit: '' })), unitOf(frame(1, 1, [0], { pixels: 'rgb' }))]).toEqual(['\u00a0UH', '', '']);
  });
});

describe('painting', () => {
  const paint = (image: Frame, width: number, height: number, back = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 }) => {
    const pixels = new Uint32Array(width * height);
    paintPixels(pixels, width, height, image, back, { gain: 1 / 255, offset: 0, sigmoid: false, table: null });
    return [...pixels].map((pixel) => pixel & 0xff);
  };
  test('pixel for pixel, black beside the image', () => {
    expect(paint(frame(2, 2, [10, 20, 30, 40]), 3, 2)).toEqual([10, 20, 0, 30, 40, 0]);
  });
  test('values between four neighbours', () => {
    const half = { a: 0.5, b: 0, c: 0, d: 0.5, e: 0, f: 0 };
    expect(paint(frame(2, 2, [0, 100, 100, 200]), 4, 4, half)).toEqual([0, 25, 75, 100, 25, 50, 100, 125, 75, 100, 150, 175, 100, 125, 175, 200]);
  });
  test('shown smaller, no pixel is skipped', () => {
    // One bright pixel of sixteen, which four neighbours of a pixel in the middle would miss.
    const values = Array.from({ length: 64 }, (_, at) => (at === 0 ? 160 : 0));
    const [small, back] = reduced(frame(8, 8, values), { a: 4, b: 0, c: 0, d: 4, e: 0, f: 0 });
    expect([small.columns, small.rows, [...small.values]]).toEqual([2, 2, [10, 0, 0, 0]]);
    expect(paint(small, 2, 2, back)).toEqual([10, 0, 0, 0]);
    const [whole, same] = reduced(frame(8, 8, values), { a: 1.5, b: 0, c: 0, d: 1.5, e: 0, f: 0 });
    expect([whole.columns, same.a]).toEqual([8, 1.5]);
    const [uneven] = reduced(frame(3, 1, [3, 5, 7]), { a: 0, b: 2, c: -2, d: 0, e: 0, f: 0 });
    expect([...uneven.values]).toEqual([4, 7]);
  });
  test('colours stay what they are', () => {
    const colour = frame(1, 1, [], { pixels: 'rgb', values: Uint8Array.from([1, 2, 3]) });
    const pixels = new Uint32Array(1);
    paintPixels(pixels, 1, 1, colour, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 }, { gain: 1, offset: 0, sigmoid: false, table: null });
    expect((pixels[0] ?? 0) >>> 0).toBe(0xff030201);
  });
});

test('statistics of an ellipse count the pixels whose middle is within', () => {
  const image = frame(4, 4, Array.from({ length: 16 }, (_, at) => at), { scale: { kind: 'calibrated', spacing: SPACING } });
  const found = statisticsOf(image, [[0, 0], [4, 4]]);
  // All but the four corners.
  expect(found).toMatchObject({ count: 12, mean: 7.5, lowest: 1, highest: 14, unit: 'calibrated' });
  expect(found?.area).toBeCloseTo(Math.PI * 4 * 0.125, 9);
});

test('an answer is read where it lies', () => {
  const { values, ...told } = frame(2, 1, []);
  expect(values).toHaveLength(0);
  const json = new TextEncoder().encode(JSON.stringify(told));
  const length = Math.ceil((4 + json.length) / 8) * 8 - 4;
  const answer = new ArrayBuffer(4 + length + 4);
  new DataView(answer).setUint32(0, length, true);
  new Uint8Array(answer, 4, length).fill(0x20).set(json);
  new Int16Array(answer, 4 + length).set([-1_000, 7]);
  const read = parseFrame(answer);
  expect([...read.values]).toEqual([-1_000, 7]);
  expect(valuesAt(read, 1.5, 0.5)).toEqual([7]);
  expect(valuesAt(read, 2, 0)).toBeNull();
});

describe('trust', () => {
  const fine = { failure: null, here: true, owner: 'patient', mixed: false, lossy: false, reduced: false } as const;
  test.each([
    [{}, ['source']],
    [{ lossy: true }, ['lossy']],
    [{ owner: 'unnamed' as const, lossy: true }, ['unnamed', 'lossy']],
    [{ owner: 'uncompared' as const }, ['uncompared', 'source']],
    [{ mixed: true, lossy: true }, ['mixed', 'lossy']],
    [{ owner: 'another' as const, mixed: true, lossy: true }, ['another', 'lossy']],
    [{ here: false }, ['loading']],
    [{ failure: 'damaged' as const, owner: 'another' as const }, ['another', 'damaged']],
  ])('%o is %s', (seen, whys) => expect(trustOf({ ...fine, ...seen }).map(({ why }) => why)).toEqual(whys));
});

const AXIAL: Stack['orientation'] = [1, 0, 0, 0, 1, 0];
function stackOf(first: number, count: number, more: Partial<Stack> = {}): Stack {
  const slices = Array.from({ length: count }, (_, at) => ({ instance: `1.${first}.${at}`, frame: 1, number: at + 1, identity: 0, position: [0, 0, at * 5] as [number, number, number], lossy: false, annotated: false, laterality: '', view: '', towards: null }));
  return {
    first, study: '1.2', study_description: '', series: `1.2.${first}`, number: first, description: 'Portal', modality: 'CT', body_part: 'ABDOMEN', frame_of_reference: '1.2.9', date: null,
    identities: [], orientation: AXIAL, slices, placed: true, step: 5, missing: 0, gaps: [], duplicates: 0, copies: 0, frame_time: null, ...more,
  };
}
const settled = () => new Promise((done) => setTimeout(done));

describe('a stack', () => {
  test('has what is usual, which is not told of each slice', () => {
    const { slices, ...told } = stackOf(1, 2, { identities: [] });
    const first = { instance: '.4', position: [1, 2, 3] as [number, number, number] };
    const stack = stackAsTold({ ...told, instances: '1.2.840', slices: [first, { instance: '.5', frame: 7, lossy: true, laterality: 'L' }] });
    expect(stack.slices).toEqual([
      { ...slices[0], instance: '1.2.840.4', number: null, position: [1, 2, 3] },
      { ...slices[0], instance: '1.2.840.5', number: null, position: null, frame: 7, lossy: true, laterality: 'L' },
    ]);
  });
});

describe('a stage', () => {
  test('begins in the middle, steps within its stack, comes back where it was left', () => {
    const stage = new Stage([stackOf(1, 10), stackOf(11, 4)], () => Promise.resolve(frame(1, 1, [0])), null);
    expect(stage.page).toBe(6);
    stage.step(-20);
    expect(stage.page).toBe(1);
    stage.show(1);
    expect([stage.current, stage.page]).toEqual([1, 13]);
    stage.show(0);
    expect(stage.page).toBe(1);
    stage.goTo(12);
    expect([stage.current, stage.slice?.instance]).toEqual([1, '1.11.1']);
  });
  test('is compared by plane and place, whatever the number of slices', () => {
    const now = new Stage([stackOf(1, 20)], () => Promise.resolve(frame(1, 1, [0])), 9);
    const coronal = stackOf(1, 20, { orientation: [1, 0, 0, 0, 0, -1] });
    const before = new Stage([coronal, stackOf(21, 10)], () => Promise.resolve(frame(1, 1, [0])), null);
    before.pairWith(now);
    expect([before.current, before.depth, before.approximate]).toEqual([1, now.depth, false]);
    // Another frame of reference: about as far along, and said to be.
    const elsewhere = new Stage([stackOf(1, 39, { frame_of_reference: '1.2.8' })], () => Promise.resolve(frame(1, 1, [0])), null);
    elsewhere.pairWith(now);
    expect([elsewhere.page, elsewhere.approximate]).toEqual([17, true]);
    expect(likeness(stackOf(1, 1), coronal)).toBeLessThan(likeness(stackOf(1, 1), stackOf(1, 1)));
  });
  test('cites a slice by its names, in its window, with what was measured on it', async () => {
    const stage = new Stage([stackOf(1, 3)], () => Promise.resolve(frame(1, 1, [0])), 2);
    expect(stage.cited, 'nobody saw anything yet').toBeNull();
    await settled();
    stage.painted = { page: 2, frame: frame(1, 1, [0]) };
    stage.keep({ page: 2, kind: 'distance', points: [[10.4, 20], [5, 40.6]] });
    // The next one is wanted, and not here yet: what is seen is cited.
    stage.page = 3;
    expect(stage.cited).toEqual({ study: '1.2', series: '1.2.1', instance: '1.1.1', frame: 1, date: null, series_number: 1, number: 2, slice: 2, window: { center: 50_000, width: 100_000 }, region: [5, 20, 10, 41] });
    const nameless = new Stage([stackOf(1, 3, { study: '' })], () => Promise.resolve(frame(1, 1, [0])), 2);
    nameless.painted = { page: 2, frame: frame(1, 1, [0]) };
    expect(nameless.cited).toBeNull();
  });
  test('goes on where it was left when fewer images were here, whichever pages they have now', async () => {
    const whole = stackOf(1, 10);
    const part = new Stage([{ ...whole, slices: whole.slices.filter((_, at) => at % 3 === 0) }], () => Promise.resolve(frame(1, 1, [0])), 3);
    await settled();
    part.painted = { page: 3, frame: frame(1, 1, [0]) };
    part.pose = { ...part.pose, turns: 1 };
    part.inverted = true;
    part.keep({ page: 2, kind: 'distance', points: [[1, 2], [3, 4]] });
    const stage = new Stage([whole], () => Promise.resolve(frame(1, 1, [0])), null);
    expect(stage.resume(part, true)).toBe(true);
    expect([stage.page, stage.pose.turns, stage.inverted, stage.measures.map(({ page }) => page)]).toEqual([7, 1, true, [4]]);
    // A page number says nothing of a file without a name.
    const nameless = stackOf(1, 3);
    for (const slice of nameless.slices) slice.instance = '';
    const other = new Stage([nameless], () => Promise.resolve(frame(1, 1, [0])), 3);
    expect(new Stage([nameless], () => Promise.resolve(frame(1, 1, [0])), 1).resume(other, true)).toBe(false);
    // What was cited and had not come is where one goes; what was measured stays.
    const elsewhere = new Stage([whole], () => Promise.resolve(frame(1, 1, [0])), 9);
    expect(elsewhere.resume(part, false)).toBe(false);
    expect([elsewhere.page, elsewhere.measures.length]).toEqual([9, 1]);
  });
  test('a citation is followed by its names, and told when they are not there', () => {
    const cited = { study: '1.2', series: '1.2.11', instance: '1.11.2', frame: 1, date: null, series_number: 11, number: 3, slice: 3, window: { center: 40_000, width: 80_000 }, region: null };
    const stage = new Stage([stackOf(1, 10), stackOf(11, 4)], () => Promise.resolve(frame(1, 1, [0])), 1);
    stage.inverted = true;
    expect(stage.follow(cited)).toBe(true);
    expect([stage.page, stage.chosen, stage.inverted]).toEqual([13, { center: 40, width: 80 }, false]);
    expect(stage.follow({ ...cited, instance: '9.9' })).toBe(false);
    expect(stage.page).toBe(13);
  });
});

describe('frames', () => {
  test('what is looked at comes first, then what lies ahead, few at a time', async () => {
    const asked: number[] = [];
    const frames = new Frames((page) => {
      asked.push(page);
      return Promise.resolve(frame(1, 1, [page]));
    });
    frames.look(50, [1, 100]);
    expect(asked).toEqual([50]);
    await frames.settled(50);
    await settled();
    expect(asked).toEqual([50]);
    frames.painted();
    await settled();
    expect(asked.slice(0, 5)).toEqual([50, 51, 49, 52, 48]);
    expect(frames.at(50)?.values[0]).toBe(50);
    asked.length = 0;
    frames.look(20, [1, 100]);
    await settled();
    expect(asked.slice(0, 3)).toEqual([20, 19, 21]);
    expect(Math.max(...asked)).toBeLessThan(50);
  });
  test('memory is bounded, and what is looked at stays', async () => {
    const values = new Uint8Array(64 << 20);
    const frames = new Frames(() => Promise.resolve(frame(1, 1, [], { pixels: 'grey8', values })));
    for (let page = 1; page <= 30; page += 1) {
      frames.look(page, [1, 30]);
      await settled();
      expect(frames.at(page)).not.toBeNull();
      expect(frames.loaded(1, 30)).toBeLessThanOrEqual(6);
    }
  });
  test('a damaged image is told, and not asked for again', async () => {
    let times = 0;
    const frames = new Frames(() => {
      times += 1;
      return Promise.reject(new ImageRefused(422));
    });
    frames.look(1, [1, 1]);
    await settled();
    frames.look(1, [1, 1]);
    await settled();
    expect([frames.failure(1), times]).toEqual(['damaged', 1]);
  });
  test('a reader that is gone damages no image, and those that are here stay', async () => {
    let gone = false;
    const frames = new Frames((page) => (gone ? Promise.reject(new ImageRefused(410)) : Promise.resolve(frame(1, 1, [page]))));
    frames.look(1, [1, 2]);
    await settled();
    gone = true;
    frames.look(9, [9, 9]);
    await settled();
    expect([frames.failure(9), frames.failure(1)]).toEqual(['ended', null]);
  });
});
