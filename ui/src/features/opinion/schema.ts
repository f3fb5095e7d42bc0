/** The closed schema of the opinion, the same as in `crates/platform-api/src/opinion.rs`: nothing else can be written. */
import { Schema, type Node } from 'prosemirror-model';
import type { CitedSlice, RichText } from '../../bridge';

export const schema = new Schema({
  nodes: {
    doc: { content: '(paragraph | bullet_list | ordered_list)+' },
    paragraph: { content: 'inline*', group: 'block', parseDOM: [{ tag: 'p' }], toDOM: () => ['p', 0] },
    bullet_list: { content: 'list_item+', parseDOM: [{ tag: 'ul' }], toDOM: () => ['ul', 0] },
    ordered_list: { content: 'list_item+', parseDOM: [{ tag: 'ol' }], toDOM: () => ['ol', 0] },
    list_item: { content: 'paragraph+', defining: true, parseDOM: [{ tag: 'li' }], toDOM: () => ['li', 0] },
    text: { group: 'inline' },
    citation: {
      group: 'inline',
      inline: true,
      atom: true,
      attrs: { piece: {}, page: {}, slice: { default: undefined } },
      parseDOM: [
        {
          tag: 'span[data-citation]',
          getAttrs: (element) => ({ piece: element.dataset.piece, page: Number(element.dataset.page), slice: element.dataset.slice ? (JSON.parse(element.dataset.slice) as CitedSlice) : undefined }),
        },
      ],
      toDOM: (node) => [
        'span',
        { 'data-citation': '', 'data-piece': String(node.attrs.piece), 'data-page': String(node.attrs.page), ...(node.attrs.slice ? { 'data-slice': JSON.stringify(node.attrs.slice) } : {}) },
      ],
    },
  },
  marks: {
    strong: { parseDOM: [{ tag: 'strong' }, { tag: 'b' }], toDOM: () => ['strong', 0] },
    em: { parseDOM: [{ tag: 'em' }, { tag: 'i' }], toDOM: () => ['em', 0] },
  },
});

/** The document to edit; an empty text becomes one empty paragraph. */
export function toDocument(text: RichText): Node {
  const empty = schema.topNodeType.createAndFill();
  if (!empty) throw new Error('the schema has no empty document');
  if (!text.content?.length) return empty;
  const document = schema.nodeFromJSON(text);
  document.check();
  return document;
}

/** Whether it says nothing: no word and no citation. */
export function isBlank(text: RichText): boolean {
  const says = (node: unknown): boolean => {
    const { type, text: words, content } = node as { type: string; text?: string; content?: unknown[] };
    return type === 'citation' || (words ?? '').trim() !== '' || (content ?? []).some(says);
  };
  return !says(text);
}

/** One paragraph of plain words. */
export function words(text: string): RichText {
  return { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] };
}
