import type { PageSizeView } from '../../bridge';

/** A place on a page, in parts of its sides, as the document itself lays it. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Beyond this width in device pixels only what is on the screen is drawn at full sharpness, tile by tile. */
export const WHOLE = 2000;
/** A page under tiles, in device pixels. */
const UNDER = 1000;
/** Longest side of a page of which parts are drawn, in device pixels. */
const LONGEST = 65_536;
/** Device pixels across a page of this size in CSS pixels that are worth drawing: a picture of `finest` pixels is not enlarged. */
export function pixelsAcross(width: number, height: number, density: number, finest: number): number {
  return Math.max(1, Math.min(Math.round(width * density), finest, Math.floor(LONGEST * Math.min(1, width / height) * 0.999)));
}
/** The width at which a page is drawn as a whole. */
export const asWhole = (pixels: number) => (pixels > WHOLE ? UNDER : pixels);

/** Where a place is once the page was turned by quarter turns to the right. */
export function turned({ x, y, width, height }: Place, turns: number): Place {
  switch (turns % 4) {
    case 1:
      return { x: 1 - y - height, y: x, width: height, height: width };
    case 2:
      return { x: 1 - x - width, y: 1 - y - height, width, height };
    case 3:
      return { x: y, y: 1 - x - width, width: height, height: width };
    default:
      return { x, y, width, height };
  }
}

/** The place on the page as the document lays it, of one seen on the turned page. */
export const unturned = (place: Place, turns: number): Place => turned(place, (4 - (turns % 4)) % 4);

/** Within the page. */
export function clipped({ x, y, width, height }: Place): Place {
  const part = (value: number) => Math.max(0, Math.min(1, value));
  const [left, top] = [part(x), part(y)];
  return { x: left, y: top, width: part(x + width) - left, height: part(y + height) - top };
}

/** The lines of the selected words, by page, among the pages within `root`. */
export function selectedPlaces(root: HTMLElement, turnsOf: (page: number) => number): { page: number; places: Place[] }[] {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return [];
  const range = selection.getRangeAt(0);
  const found: { page: number; places: Place[] }[] = [];
  for (const element of root.querySelectorAll<HTMLElement>('[data-page]')) {
    const layer = element.querySelector('.words');
    const page = Number(element.dataset.page);
    if (!layer || !range.intersectsNode(layer)) continue;
    const sheet = element.getBoundingClientRect();
    const places: Place[] = [];
    for (const line of layer.querySelectorAll('span')) {
      if (!range.intersectsNode(line) || !line.firstChild) continue;
      const part = document.createRange();
      part.selectNodeContents(line);
      if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
      if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
      const box = part.getBoundingClientRect();
      if (box.width < 1 || box.height < 1) continue;
      const seen = { x: (box.left - sheet.left) / sheet.width, y: (box.top - sheet.top) / sheet.height, width: box.width / sheet.width, height: box.height / sheet.height };
      places.push(clipped(unturned(seen, turnsOf(page))));
    }
    if (places.length > 0) found.push({ page, places });
  }
  return found;
}

/** Around the pages on the table, in CSS pixels. */
export const PAD = 24;
/** The scale at which a page so wide, in CSS pixels, fits a table so wide. A picture enlarged further only shows its pixels. */
export function fit(tableWidth: number, width: number, scalable: boolean, most = 1100): number {
  return Math.min(Math.min(tableWidth - 2 * PAD, most) / width, scalable ? Infinity : 2);
}

/** Each page of its own. */
export const pagesOf = (sizes: PageSizeView[]) => sizes.flatMap(({ width, height, count }) => Array.from({ length: count }, () => ({ width, height })));

/** The part of a page beyond which it is drawn as a whole at once. The desk counts alike. */
const MOST_OF_A_PAGE = 0.75;
/** What is drawn of a page first when so many `rows` of it are in sight from its top; nothing if that is most of it. In device pixels. */
export function headOf(rows: number | null, pixels: number, high: number): Place | null {
  return rows !== null && rows < MOST_OF_A_PAGE * high ? { x: 0, y: 0, width: pixels, height: rows } : null;
}

/** A page, or the head of it, that was asked for before the document was laid out. */
export interface Ahead {
  page: number;
  image: HTMLImageElement;
}

/** Side of a tile in device pixels: small enough that little is drawn beside what is on the screen, since a tile takes as long as it has pixels. */
const TILE = 512;
/** The tiles, in device pixels, of this part of a page and so much around it, both in CSS pixels; the page is so many `pixels` across. */
export function tilesOf(view: Place, around: number, { pixels, height, ratio }: { pixels: number; height: number; ratio: number }): Place[] {
  const high = Math.round(height * ratio);
  const [left, top] = [Math.max(0, view.x - around) * ratio, Math.max(0, view.y - around) * ratio];
  const [right, bottom] = [(view.x + view.width + around) * ratio, (view.y + view.height + around) * ratio];
  const found = [];
  for (let y = Math.floor(top / TILE) * TILE; y < Math.min(high, bottom); y += TILE) {
    for (let x = Math.floor(left / TILE) * TILE; x < Math.min(pixels, right); x += TILE) {
      found.push({ x, y, width: Math.min(TILE, pixels - x), height: Math.min(TILE, high - y) });
    }
  }
  return found;
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
