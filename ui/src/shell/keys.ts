/** Keys that work everywhere. Those of a pane are in that pane. */

/** A new screen starts in its first pane, so that Tab and the arrows begin there. */
export function enterFirstPane(within: ParentNode = document) {
  enter(within.querySelector<HTMLElement>('[data-pane]'));
}

/** F6 and Maj+F6: from pane to pane. */
export function nextPane(by: 1 | -1) {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.offsetParent !== null);
  if (panes.length === 0) return;
  const current = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(current + by + panes.length) % panes.length];
  enter(next ?? null);
}

function enter(pane: HTMLElement | null) {
  const inside = LANDINGS.map((selector) => pane?.querySelector<HTMLElement>(selector)).find((element) => element?.offsetParent);
  (inside ?? pane)?.focus();
}

/** Where a pane is entered: the current piece, the table, the text, else the first thing that takes the focus. */
const LANDINGS = [
  '[aria-current="true"]',
  '[role="region"][tabindex="0"]',
  '[contenteditable="true"]',
  'button:not(:disabled), input:not(:disabled)',
];

/** Ctrl+Entrée: the filled button of the screen, or of the dialog above it. */
export function mainAction() {
  const within: ParentNode = document.querySelector('dialog[open]') ?? document;
  within.querySelector<HTMLButtonElement>('[data-main-action]:not(:disabled)')?.click();
}

export function onGlobalKey(event: KeyboardEvent, help: () => void, lock: (() => void) | null) {
  if (event.key.toLowerCase() === 'l' && event.ctrlKey && !event.altKey && lock) lock();
  else if (event.key === 'F6') nextPane(event.shiftKey ? -1 : 1);
  else if (event.key === 'F1') help();
  else if (event.key === 'Enter' && event.ctrlKey) mainAction();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
