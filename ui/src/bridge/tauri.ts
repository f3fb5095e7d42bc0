import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';
import type { Bridge, PageRequest, PageWordsView, SealedView, Topic } from './bridge';

// WebView2 serves custom schemes as http://<scheme>.localhost; WebKit serves them under their own name.
const CASE = navigator.userAgent.includes('Windows') ? 'http://case.localhost' : 'case://localhost';

export const bridge: Bridge = {
  screen: getCurrentWindow().label === 'second' ? 'second' : 'first',
  call: (name, request) => invoke(name, { request }),
  onTopic(callback) {
    const stop = listen<Topic>('topic', (event) => callback(event.payload));
    return () => void stop.then((off) => off());
  },
  async pageWords(handle, page) {
    // Made for this one answer: what lies about in the webview's buffers afterwards opens nothing else.
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const key = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['decrypt']);
    const { sealed } = await invoke<SealedView>('page_words', { request: { handle, page, key: btoa(String.fromCharCode(...bytes)) } });
    const clear = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, await key, Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0)));
    return JSON.parse(new TextDecoder().decode(clear)) as PageWordsView;
  },
  pageUrl: (handle, request) => `${CASE}/page/${handle}/${query(request)}`,
  foundUrl: (assignment, piece, request) => `${CASE}/found/${assignment}/${piece}/${query(request)}`,
};

function query({ page, width, turns, lossless, part }: PageRequest): string {
  return `${page}?w=${width}&r=${turns}${lossless ? '&lossless=1' : ''}${part ? `&part=${part.x},${part.y},${part.width},${part.height}` : ''}`;
}
