/** How an image lies in its viewport. */
export interface Pose {
  /** Device-independent pixels for a column of the image; nothing for as large as fits. */
  zoom: number | null;
  /** From the middle of the viewport, in device-independent pixels. */
  x: number;
  y: number;
  /** Quarter turns to the right. */
  turns: number;
  flipped: boolean;
}

export const UPRIGHT: Pose = { zoom: null, x: 0, y: 0, turns: 0, flipped: false };

export interface Size {
  width: number;
  height: number;
}

interface Pixels {
  columns: number;
  rows: number;
  /** How much higher than wide a pixel is. */
  aspect: number;
}

/** `x' = a x + c y + e`, `y' = b x + d y + f`. */
export interface Matrix {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
}

export const apply = ({ a, b, c, d, e, f }: Matrix, x: number, y: number): [number, number] => [a * x + c * y + e, b * x + d * y + f];

export function inverse({ a, b, c, d, e, f }: Matrix): Matrix {
  const area = a * d - b * c;
  return { a: d / area, b: -b / area, c: -c / area, d: a / area, e: (c * f - d * e) / area, f: (b * e - a * f) / area };
}

/** What `first` does, and then `next`. */
export const following = (first: Matrix, next: Matrix): Matrix => {
  const [e, f] = apply(next, first.e, first.f);
  return { a: next.a * first.a + next.c * first.b, b: next.b * first.a + next.d * first.b, c: next.a * first.c + next.c * first.d, d: next.b * first.c + next.d * first.d, e, f };
};

/** As large as fits, as it is turned. */
export function fitting(image: Pixels, viewport: Size, turns: number): number {
  const high = image.rows * image.aspect;
  const [across, down] = turns % 2 ? [high, image.columns] : [image.columns, high];
  return Math.min(viewport.width / across, viewport.height / down);
}

/** From pixels of the image, of which the first one's middle is at (0.5, 0.5), to those of the viewport. */
export function matrix(image: Pixels, viewport: Size, pose: Pose): Matrix {
  const zoom = pose.zoom ?? fitting(image, viewport, pose.turns);
  const [cosine, sine] = [[1, 0], [0, 1], [-1, 0], [0, -1]][pose.turns % 4] as [number, number];
  const [across, down] = [zoom * (pose.flipped ? -1 : 1), zoom * image.aspect];
  const [a, b, c, d] = [cosine * across, sine * across, -sine * down, cosine * down];
  const [middle, half] = [image.columns / 2, image.rows / 2];
  return { a, b, c, d, e: viewport.width / 2 + pose.x - a * middle - c * half, f: viewport.height / 2 + pose.y - b * middle - d * half };
}

/** Zooms so that what is under a point of the viewport stays there. */
export function zoomAt(image: Pixels, viewport: Size, pose: Pose, factor: number, x: number, y: number): Pose {
  const before = pose.zoom ?? fitting(image, viewport, pose.turns);
  const zoom = Math.min(40, Math.max(0.05, before * factor));
  const [fromX, fromY] = [x - viewport.width / 2, y - viewport.height / 2];
  const ratio = zoom / before;
  return { ...pose, zoom, x: fromX - (fromX - pose.x) * ratio, y: fromY - (fromY - pose.y) * ratio };
}
