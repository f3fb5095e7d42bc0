import type { LineView, PageRequest } from './bridge';

/** Pages of the scripted cases, drawn as SVG: a synthetic laboratory report. */
const LINES = [
  'Deux carottes sur trois sont occupées par une prolifération carcinomateuse d’architecture compacte et',
  'alvéolaire, au sein d’un réseau capillaire grêle et ramifié. Les cellules sont cohésives, à cytoplasme',
  'abondant, clair ou légèrement éosinophile, à limites nettes. Les noyaux sont ronds, les nucléoles visibles',
  'au grossissement 400 et non proéminents au grossissement 100, correspondant au grade 2 de l’ISUP. Il n’est',
  'pas vu de nécrose, de composante sarcomatoïde ni rhabdoïde. Pas d’embole vasculaire sur le matériel examiné.',
  'La troisième carotte intéresse un parenchyme rénal avec glomérulosclérose modérée (environ 15 % des glomérules).',
];

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export function fakePage(title: string, page: number, pages: number, turns: number, within?: Pick<PageRequest, 'part' | 'width'>): string {
  let y = 70;
  const parts: string[] = [];
  const put = (text: string, size = 11.5, weight = 400, x = 58, end = false) =>
    parts.push(`<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" ${end ? 'text-anchor="end"' : ''}>${escape(text)}</text>`);
  put('Laboratoire d’anatomie et de cytologie pathologiques', 15, 700);
  put('Examen 26B-01873', 12, 400, 736, true);
  y += 22;
  put('Centre hospitalier de Valmont, 12 rue des Tanneurs', 12);
  put(`Page ${page} / ${pages}`, 12, 400, 736, true);
  parts.push(`<path d="M58 ${y + 18}H736" stroke="#111" />`);
  y += 44;
  put(title, 13, 700);
  y += 20;
  for (const heading of ['Macroscopie', 'Microscopie', 'Étude immunohistochimique (bloc A2)', 'Commentaire', 'Conclusion']) {
    y += 26;
    put(heading, 13, 700);
    y += 22;
    for (const line of LINES.slice(0, heading === 'Conclusion' ? 2 : 6)) {
      put(line);
      y += 19;
    }
  }
  const sides = turns % 2 ? [1123, 794] : [794, 1123];
  const turn = ['', 'translate(1123 0) rotate(90)', 'translate(794 1123) rotate(180)', 'translate(0 794) rotate(270)'][turns % 4];
  const unit = (sides[0] ?? 1) / (within?.width ?? 1);
  const box = within?.part ? [within.part.x * unit, within.part.y * unit, within.part.width * unit, within.part.height * unit] : [0, 0, ...sides];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${box[2]}" height="${box[3]}" viewBox="${box.join(' ')}" font-family="Liberation Sans, Arial, sans-serif" fill="#111"><rect width="${sides[0]}" height="${sides[1]}" fill="#fff"/><g transform="${turn}">${parts.join('')}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** The words of such a page, where they stand. */
export function fakeLines(title: string): LineView[] {
  const lines: LineView[] = [];
  let y = 70;
  const put = (text: string, size = 11.5) => lines.push({ text, x: 58 / 794, y: (y - size) / 1123, width: (text.length * size * 0.47) / 794, height: (1.2 * size) / 1123 });
  put('Laboratoire d’anatomie et de cytologie pathologiques', 15);
  y += 66;
  put(title, 13);
  y += 46;
  put('Macroscopie', 13);
  y += 22;
  for (const line of LINES) {
    put(line);
    y += 19;
  }
  return lines;
}
