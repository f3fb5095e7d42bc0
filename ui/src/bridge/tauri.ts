import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';
import { ImageRefused, type Bridge, type Commands, type PageRequest, type SealedView, type Topic } from './bridge';
import { SEALED } from './generated';

// WebView2 serves custom schemes as http://<scheme>.localhost; WebKit serves them under their own name.
const CASE = navigator.userAgent.includes('Windows') ? 'http://case.localhost' : 'case://localhost';

export const bridge: Bridge = {
  screen: getCurrentWindow().label === 'second' ? 'second' : 'first',
  call: (name, request) => (SEALED.includes(name) ? unsealed(name, request) : invoke(name, { request })),
  onTopic(callback) {
    const stop = listen<Topic>('topic', (event) => callback(event.payload));
    return () => void stop.then((off) => off());
  },
  pageUrl: (handle, request) => `${CASE}/page/${handle}/${query(request)}`,
  async image(handle, page) {
    const answer = await fetch(`${CASE}/image/${handle}/${page}`);
    if (!answer.ok) throw new ImageRefused(answer.status);
    return answer.arrayBuffer();
  },
  foundUrl: (assignment, piece, request) => `${CASE}/found/${assignment}/${piece}/${query(request)}`,
};

function query({ page, width, turns, lossless, part }: PageRequest): string {
  return `${page}?w=${width}&r=${turns}${lossless ? '&lossless=1' : ''}${part ? `&part=${part.x},${part.y},${part.width},${part.height}` : ''}`;
}

/** What base64 stands for: thousands of slices are told of in half a megabyte, too much for a call a letter. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** An answer sealed under a key made for it alone: what lies about in the webview's buffers afterwards opens nothing else. */
async function unsealed<Name extends keyof Commands>(name: Name, request: Commands[Name]['request']): Promise<Commands[Name]['response']> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const key = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['decrypt']);
  const { sealed } = await invoke<SealedView>(name, { request, key: btoa(String.fromCharCode(...bytes)) });
  const clear = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, await key, bytesOf(sealed));
  return JSON.parse(new TextDecoder().decode(clear)) as Commands[Name]['response'];
}
