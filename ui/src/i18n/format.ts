/** Dates, durations and sizes in French, in the time zone of this PC. */
import type { PatientView, RepresentativeView, SexView } from '../bridge/bridge';

const NBSP = '\u00a0';

const zoned = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('fr-FR', options);
const clockFormat = zoned({ hour: '2-digit', minute: '2-digit' });
const secondsFormat = zoned({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const weekdayFormat = zoned({ weekday: 'long' });
const shortWeekdayFormat = zoned({ weekday: 'short' });
// A civil date has no zone: it is read and written in UTC, so that no PC shifts a birth date by a day.
const civil = (options: Intl.DateTimeFormatOptions) => zoned({ ...options, timeZone: 'UTC' });

const shortMonths = Array.from({ length: 12 }, (_, month) => civil({ month: 'short' }).format(Date.UTC(2026, month, 15)));
const months = Array.from({ length: 12 }, (_, month) => civil({ month: 'long' }).format(Date.UTC(2026, month, 15)));

/** The first day of a month is said "1er". */
const dayNumber = (day: number) => (day === 1 ? '1er' : String(day));

export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('fr') + text.slice(1);
}

/** 14:32 */
export const clock = (iso: string) => clockFormat.format(new Date(iso));

/** 16:41:52 */
export const clockSeconds = (iso: string) => secondsFormat.format(new Date(iso));

/** jeudi 4 juin */
export function dayLong(at: Date): string {
  return `${weekdayFormat.format(at)} ${dayNumber(at.getDate())}${NBSP}${months[at.getMonth()]}`;
}

/** mar. 9 juin, dim. 29 nov. */
export function dayShort(at: Date): string {
  return `${shortWeekdayFormat.format(at)} ${dayNumber(at.getDate())}${NBSP}${shortMonths[at.getMonth()]}`;
}

/** 29 mai */
export function dayMonth(iso: string): string {
  const at = new Date(iso);
  return `${dayNumber(at.getDate())}${NBSP}${months[at.getMonth()]}`;
}

function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** "aujourd’hui, 18:00", "demain, 12:00", "mar. 9 juin, 18:00" */
export const moment = (iso: string, now: number) => `${day(iso, now)}, ${clock(iso)}`;

/** "aujourd’hui à 18:00", inside a sentence */
export const momentInSentence = (iso: string, now: number) => `${day(iso, now)} à ${clock(iso)}`;

function day(iso: string, now: number): string {
  const at = new Date(iso);
  const days = Math.round((midnight(at) - midnight(new Date(now))) / 86_400_000);
  return days === 0 ? 'aujourd’hui' : days === 1 ? 'demain' : days === -1 ? 'hier' : dayShort(at);
}

/** "5 j 3 h", "21 h", "40 min" */
export function duration(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days >= 10) return `${days}${NBSP}j`;
  if (days >= 2) return `${days}${NBSP}j${hours % 24 ? ` ${hours % 24}${NBSP}h` : ''}`;
  if (hours >= 2) return `${hours}${NBSP}h`;
  if (hours === 1) return `1${NBSP}h${minutes % 60 ? ` ${minutes % 60}${NBSP}min` : ''}`;
  return `${minutes}${NBSP}min`;
}

/** "30 s", "4 min", "1 h 20 min": how long something will still take, never more exact than it is. */
export function timeLeft(seconds: number): string {
  if (seconds <= 90) return `${Math.max(5, Math.ceil(seconds / 5) * 5)}${NBSP}s`;
  return duration(Math.ceil(seconds / 60) * 60_000);
}

const parse = (date: string) => new Date(`${date.slice(0, 10)}T00:00:00Z`);

/** "14 mars 1964", never cut, from an ISO 8601 date. */
export function dateLong(date: string): string {
  const at = parse(date);
  return `${dayNumber(at.getUTCDate())}${NBSP}${months[at.getUTCMonth()]}${NBSP}${at.getUTCFullYear()}`;
}

/** "12 févr. 2026", from an ISO 8601 date. */
export function dateMedium(date: string): string {
  return `${dateShort(date)}${NBSP}${parse(date).getUTCFullYear()}`;
}

/** "8 janv.", from an ISO 8601 date. */
export function dateShort(date: string): string {
  const at = parse(date);
  return `${dayNumber(at.getUTCDate())}${NBSP}${shortMonths[at.getUTCMonth()]}`;
}

/** A date as it is typed in France (`12/3/2026`, `12.03.26`), in ISO 8601; nothing if it is none. */
export function typedDate(text: string): string | null {
  const parts = /^\s*(\d{1,2})\s*[./\- ]\s*(\d{1,2})\s*[./\- ]\s*(\d{4}|\d{2})\s*$/.exec(text);
  if (!parts) return null;
  const [day, month, year] = parts.slice(1).map(Number) as [number, number, number];
  const full = year < 100 ? 2000 + year : year;
  const date = new Date(Date.UTC(full, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}

/** "Janvier 2026", or "Février" when the year was just said. */
export function monthTitle(date: string, withYear: boolean): string {
  const at = parse(date);
  const name = capital(months[at.getUTCMonth()] ?? '');
  return withYear ? `${name} ${at.getUTCFullYear()}` : name;
}

/** Whole months between two ISO 8601 dates. */
export function monthsBetween(from: string, to: string): number {
  const [a, b] = [parse(from), parse(to)];
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  return b.getUTCDate() < a.getUTCDate() ? months - 1 : months;
}

const decimal = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 1, minimumFractionDigits: 1 });

/** "12,4 Mo", "214 ko" */
export function bytes(count: number): string {
  if (count >= 1e9) return `${decimal.format(count / 1e9)}${NBSP}Go`;
  if (count >= 1e7) return `${Math.round(count / 1e6)}${NBSP}Mo`;
  if (count >= 1e6) return `${decimal.format(count / 1e6)}${NBSP}Mo`;
  if (count >= 1e3) return `${Math.round(count / 1e3)}${NBSP}ko`;
  return `${count}${NBSP}o`;
}

/** "62 %" */
export const percent = (part: number) => `${Math.round(part * 100)}\u202f%`;

/** Whether the words for a representative take the feminine, as the title before the name says. */
export const lady = (person: RepresentativeView) => (person.name.startsWith('Mme') ? 'yes' : 'no');

/** The gender that French words agree with; unknown is said as masculine. */
export const gender = (sex: SexView) => (sex === 'female' ? 'female' : 'male');

/** "BRASSAC Hélène" */
export const patientName = (patient: PatientView) => `${patient.family_name} ${patient.given_name}`;
