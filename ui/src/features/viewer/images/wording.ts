/** What is said of images, in French. */
import type { ImageIdentityView } from '../../../bridge';
import { t } from '../../../i18n';
import type { Frame } from './frame';
import type { Unit } from './length';
import type { Stack } from './stack';

/** Kinds of examination that have a French name; others keep the code of the standard. */
const MODALITIES = ['CT', 'MR', 'US', 'CR', 'DX', 'MG', 'PT', 'NM', 'XA', 'RF', 'SC', 'OT', 'ES', 'OP', 'SM', 'XC', 'PX', 'IO', 'RG', 'RTDOSE', 'RTIMAGE', 'SEG'];

export const modalityOf = ({ modality }: Stack): string => (MODALITIES.includes(modality) ? t(`modality-${modality.toLowerCase()}`) : modality);

/** "Scanner, temps portal" */
export const titleOf = (stack: Stack): string => [modalityOf(stack), stack.description || stack.study_description].filter((word) => word !== '').join(', ');

/** Short: its number, and what it shows. */
export const nameOfStack = (stack: Stack): string => [stack.number === null ? '' : String(stack.number), stack.description || modalityOf(stack)].filter((word) => word !== '').join(' ');

/** "BRASSAC Hélène" of `BRASSAC^HELENE`. */
export function personOf({ name }: ImageIdentityView): string {
  const [family = '', given = ''] = name.split('^');
  const capital = given.toLocaleLowerCase('fr').replace(/(^|[\s-])\p{L}/gu, (letter) => letter.toLocaleUpperCase('fr'));
  return [family.toLocaleUpperCase('fr'), capital].filter((word) => word !== '').join(' ');
}

const decimal = new Intl.NumberFormat('fr-FR', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const thickness = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 0 });

const minus = (text: string) => text.replace('-', '−');

export const tenths = (value: number): string => minus(decimal.format(value));
export const hundredths = (value: number): string => minus(thickness.format(value));
export const units = (value: number): string => minus(whole.format(value));

/** A value of the modality, as finely as its steps tell it apart, and so many digits more. */
export function quantity(value: number, { slope, pixels }: Pick<Frame, 'slope' | 'pixels'>, more = 0): string {
  const step = pixels === 'rgb' ? 1 : Math.abs(slope);
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step || 1) - 1e-9)) + more);
  return minus(new Intl.NumberFormat('fr-FR', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value));
}

/** What a value counts, after it. */
export const unitOf = ({ unit, pixels }: Pick<Frame, 'unit' | 'pixels'>): string => (unit === '' || pixels === 'rgb' ? '' : `\u00a0${unit === 'HU' ? 'UH' : unit}`);

/** "41,0 mm", "120 px" */
export const lengthWords = (value: number, unit: Unit): string => (unit === 'pixels' ? `${units(value)}\u00a0px` : `${tenths(value)}\u00a0mm`);
