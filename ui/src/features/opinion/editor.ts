/** One ProseMirror editor of the opinion: its keys, its French typography, its citation chips. */
import { baseKeymap, toggleMark } from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import { InputRule, inputRules, wrappingInputRule } from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import type { Node } from 'prosemirror-model';
import { liftListItem, sinkListItem, splitListItem, wrapInList } from 'prosemirror-schema-list';
import { type Command, EditorState, NodeSelection, Plugin, PluginKey, TextSelection } from 'prosemirror-state';
import { Decoration, DecorationSet, EditorView } from 'prosemirror-view';
import type { CitedSlice } from '../../bridge';
import { schema } from './schema';

/** A page of a piece. */
export interface Source {
  piece: string;
  page: number;
  /** Of images. */
  slice?: CitedSlice | undefined;
}

const { bullet_list, ordered_list, list_item } = schema.nodes;
const { strong, em } = schema.marks;

/** French typography as it is typed: apostrophe, guillemets, no-break spaces. */
const french = inputRules({
  rules: [
    new InputRule(/'$/, '’'),
    new InputRule(/(^|[\s(])"$/, (state, match, start, end) => state.tr.insertText(`${match[1] ?? ''}«\u202f`, start, end)),
    new InputRule(/(\S)"$/, (state, match, start, end) => state.tr.insertText(`${match[1] ?? ''}\u202f»`, start, end)),
    new InputRule(/ ([;!?])$/, (state, match, start, end) => state.tr.insertText(`\u202f${match[1] ?? ''}`, start, end)),
    new InputRule(/ :$/, '\u00a0:'),
    wrappingInputRule(/^\s*[-•]\s$/, bullet_list!),
    wrappingInputRule(/^\s*1[.)]\s$/, ordered_list!),
  ],
});

const onTable = new PluginKey<Source | null>('on-table');

function sourceAt(node: Node): Source {
  return { piece: String(node.attrs.piece), page: Number(node.attrs.page), slice: node.attrs.slice as CitedSlice | undefined };
}

/** Fills the chips whose source is on the table. */
const currentChips = new Plugin<Source | null>({
  key: onTable,
  state: {
    init: () => null,
    apply: (transaction, before) => (transaction.getMeta(onTable) as Source | null | undefined) ?? before,
  },
  props: {
    decorations(state) {
      const source = onTable.getState(state);
      const chips: Decoration[] = [];
      state.doc.descendants((node, position) => {
        if (node.type.name === 'citation' && node.attrs.piece === source?.piece && node.attrs.page === source?.page) {
          chips.push(Decoration.node(position, position + node.nodeSize, { class: 'on-table' }));
        }
      });
      return DecorationSet.create(state.doc, chips);
    },
  },
});

function placeholder(text: string): Plugin {
  return new Plugin({
    props: {
      decorations({ doc }) {
        const first = doc.firstChild;
        if (doc.childCount > 1 || !first?.isTextblock || first.content.size > 0) return null;
        return DecorationSet.create(doc, [Decoration.node(0, first.nodeSize, { class: 'placeholder', 'data-placeholder': text })]);
      },
    },
  });
}

/** Entrée on a selected chip goes to its source. */
function followSelected(follow: (source: Source) => void): Command {
  return ({ selection }) => {
    if (!(selection instanceof NodeSelection) || selection.node.type.name !== 'citation') return false;
    follow(sourceAt(selection.node));
    return true;
  };
}

export interface EditorOptions {
  document: Node;
  label: string;
  placeholder: string;
  editable: boolean;
  chip: (source: Source) => string;
  onchange: (document: Node) => void;
  onfocus: (view: EditorView) => void;
  onblur: () => void;
  follow: (source: Source) => void;
}

export function mountEditor(place: HTMLElement, options: EditorOptions): EditorView {
  const view: EditorView = new EditorView(
    { mount: place },
    {
      state: EditorState.create({
        doc: options.document,
        plugins: [
          french,
          history(),
          keymap({
            Enter: (state, dispatch, target) =>
              followSelected(options.follow)(state, dispatch, target) || splitListItem(list_item!)(state, dispatch, target),
            'Mod-b': toggleMark(strong!),
            'Mod-i': toggleMark(em!),
            'Mod-z': undo,
            'Mod-y': redo,
            'Mod-Shift-z': redo,
            'Mod-]': sinkListItem(list_item!),
            'Mod-[': liftListItem(list_item!),
          }),
          keymap(baseKeymap),
          currentChips,
          placeholder(options.placeholder),
        ],
      }),
      editable: () => options.editable,
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': options.label,
        'aria-readonly': String(!options.editable),
        class: 'opinion-text',
        lang: 'fr',
        spellcheck: 'true',
        ...(options.editable ? {} : { tabindex: '0' }),
      },
      nodeViews: {
        citation(node) {
          const dom = document.createElement('span');
          const source = sourceAt(node);
          dom.className = 'chip';
          dom.dataset.citation = '';
          dom.dataset.piece = source.piece;
          dom.dataset.page = String(source.page);
          dom.setAttribute('role', 'link');
          dom.textContent = options.chip(source);
          return { dom };
        },
      },
      handleClickOn(_view, _position, node) {
        if (node.type.name !== 'citation') return false;
        options.follow(sourceAt(node));
        return false;
      },
      handleDOMEvents: {
        focus: () => {
          options.onfocus(view);
          return false;
        },
        blur: () => {
          options.onblur();
          return false;
        },
      },
      dispatchTransaction(transaction) {
        view.updateState(view.state.apply(transaction));
        if (transaction.docChanged) options.onchange(view.state.doc);
      },
    },
  );
  return view;
}

/** Tells an editor which source is on the table. */
export function showSource(view: EditorView, source: Source | null) {
  view.dispatch(view.state.tr.setMeta(onTable, source ?? { piece: '', page: 0 }).setMeta('addToHistory', false));
}

/** Puts a citation at the cursor, kept off the word before it. */
export function insertCitation(view: EditorView, source: Source) {
  const { state } = view;
  const before = state.selection.$from.nodeBefore;
  const spaced = !before || (before.isText && /[\s(«]$/.test(before.text ?? ''));
  const nodes = [...(spaced ? [] : [schema.text(' ')]), schema.nodes.citation!.create(source)];
  const transaction = state.tr.replaceWith(state.selection.from, state.selection.to, nodes);
  view.dispatch(transaction.scrollIntoView());
  view.focus();
}

/** Replaces the whole text. */
export function setText(view: EditorView, document: Node) {
  view.dispatch(view.state.tr.replaceWith(0, view.state.doc.content.size, document.content));
}

/** The tools of the bar, on the editor that was written in last. */
export const tools: Record<'bold' | 'italic' | 'list' | 'ordered' | 'undo' | 'redo', Command> = {
  bold: toggleMark(strong!),
  italic: toggleMark(em!),
  list: (state, dispatch) => wrapInList(bullet_list!)(state, dispatch) || liftListItem(list_item!)(state, dispatch),
  ordered: (state, dispatch) => wrapInList(ordered_list!)(state, dispatch) || liftListItem(list_item!)(state, dispatch),
  undo,
  redo,
};

/** Puts the cursor there, as far as the text goes, and the focus with it. */
export function select(view: EditorView, anchor: number, head: number) {
  const { doc, tr } = view.state;
  const within = (position: number) => doc.resolve(Math.min(position, doc.content.size));
  view.dispatch(tr.setSelection(TextSelection.between(within(anchor), within(head))).scrollIntoView());
  view.focus();
}
